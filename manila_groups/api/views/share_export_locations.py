# SPDX-License-Identifier: Apache-2.0
"""Export locations as clients read them."""

from manila_groups.api.views import base

_FIELDS = (
    base.Field('id'),
    base.Field('path'),
    base.Field('preferred'),
    base.Field('metadata', since='2.87', value=lambda _row, _request: {}),
    # A share has one instance, which has the share's id.
    base.Field(
        'share_instance_id', admin=True, value=lambda row, _: row.share_id
    ),
    base.Field('is_admin_only', admin=True),
)

#: What the list shows.
SUMMARY = base.View(*_FIELDS)

DETAIL = base.View(*_FIELDS, base.time('created_at'), base.time('updated_at'))

# SPDX-License-Identifier: Apache-2.0
"""Export locations in responses."""

from manila_groups.api.views import base
from manila_groups.api.views import shapes

_FIELDS = (
    base.Field('id'),
    base.Field('path'),
    base.Field('preferred', shape=shapes.FLAG),
    base.Field(
        'metadata',
        since='2.87',
        value=lambda _row, _request: {},
        shape=shapes.EMPTY_OBJECT,
    ),
    # A share has one instance, which has the share's id.
    base.Field(
        'share_instance_id', admin=True, value=lambda row, _: row.share_id
    ),
    base.Field('is_admin_only', admin=True, shape=shapes.FLAG),
)

#: The fields in the list.
SUMMARY = base.View(*_FIELDS)

DETAIL = base.View(*_FIELDS, base.time('created_at'), base.updated_at())

LIST = shapes.every('export_locations', SUMMARY)
ONE = shapes.one('export_location', shape=DETAIL)

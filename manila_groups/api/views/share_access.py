# SPDX-License-Identifier: Apache-2.0
"""Access rules as clients read them."""

from manila_groups.api.views import base

_FIELDS = (
    base.Field('access_level'),
    base.Field('access_to'),
    base.Field('access_type'),
    # Of rules for other protocols, the key that lets their clients in.
    base.Field('access_key', value=lambda _rule, _request: None),
    base.Field('state'),
    base.time('created_at', since='2.33'),
    base.time('updated_at', since='2.33'),
    base.Field('metadata', since='2.45'),
)

#: What the list of a share's rules shows.
SUMMARY = base.View(base.Field('id'), *_FIELDS)

DETAIL = base.View(base.Field('id'), base.Field('share_id'), *_FIELDS)

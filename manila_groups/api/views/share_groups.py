# SPDX-License-Identifier: Apache-2.0
"""Share groups in responses."""

from manila_groups import states
from manila_groups.api.views import base
from manila_groups.api.views import scheduler_hints
from manila_groups.api.views import shapes

_LINKS = base.links('share-groups')
_STATUS = base.Field(
    'status', shape=shapes.one_of(*states.SHARE_GROUP_STATUSES)
)

#: The fields in the plain list.
SUMMARY = base.View(base.Field('id'), base.optional('name'), _LINKS)

#: The fields in it under the reference's spelling of the path.
REFERENCE_SUMMARY = base.View(
    base.Field('id'),
    base.optional('name'),
    _STATUS,
    base.optional('description'),
    _LINKS,
)

DETAIL = base.View(
    base.Field('id'),
    base.optional('name'),
    base.time('created_at'),
    _STATUS,
    base.optional('description'),
    base.Field('project_id'),
    base.optional('host'),
    base.Field('share_group_type_id'),
    base.optional('source_share_group_snapshot_id'),
    base.optional('source_share_group_id', since='share-groups 1.4'),
    base.optional('source_share_group_backup_id', since='share-groups 1.7'),
    base.optional('share_network_id'),
    base.Field('share_types', shape=shapes.ListOf(shapes.TEXT)),
    base.optional('availability_zone', since='2.34'),
    base.optional('consistent_snapshot_support', since='2.34'),
    scheduler_hints.FIELD,
    base.optional('share_server_id', admin=True),
    _LINKS,
)

ONE = shapes.one('share_group', shape=DETAIL)
PAGE = shapes.page('share_groups', item=SUMMARY)
REFERENCE_PAGE = shapes.page('share_groups', item=REFERENCE_SUMMARY)
DETAILED_PAGE = shapes.page('share_groups', item=DETAIL)

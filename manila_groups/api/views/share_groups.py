# SPDX-License-Identifier: Apache-2.0
"""Share groups as clients read them."""

from manila_groups.api.views import base

_LINKS = base.links('share-groups')

#: What the plain list shows.
SUMMARY = base.View(base.Field('id'), base.Field('name'), _LINKS)

#: What it shows under the reference's spelling of the path.
REFERENCE_SUMMARY = base.View(
    base.Field('id'),
    base.Field('name'),
    base.Field('status'),
    base.Field('description'),
    _LINKS,
)

DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.time('created_at'),
    base.Field('status'),
    base.Field('description'),
    base.Field('project_id'),
    base.Field('host'),
    base.Field('share_group_type_id'),
    base.Field('source_share_group_snapshot_id'),
    base.Field('share_network_id'),
    base.Field('share_types'),
    base.Field('availability_zone', since='2.34'),
    base.Field('consistent_snapshot_support', since='2.34'),
    base.Field('share_server_id', admin=True),
    _LINKS,
)

# SPDX-License-Identifier: Apache-2.0
"""Share group snapshots as clients read them."""

from manila_groups.api.views import base

_LINKS = base.links('share-group-snapshots')


def _members(record, _request):
    return [
        {'id': one.id, 'size': one.size, 'share_id': one.share_id}
        for one in record.members
    ]


#: What the plain list shows.
SUMMARY = base.View(base.Field('id'), base.Field('name'), _LINKS)

DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.time('created_at'),
    base.Field('status'),
    base.Field('description'),
    base.Field('project_id'),
    base.Field('share_group_id'),
    base.Field('members', value=_members),
    _LINKS,
)

#: What the list of a snapshot's members shows of each.
MEMBER = base.View(
    base.Field('id'),
    base.time('created_at'),
    base.Field('size'),
    base.Field('share_protocol', value=lambda record, _: record.share_proto),
    base.Field('project_id'),
    base.Field('share_group_snapshot_id'),
    base.Field('share_id'),
)

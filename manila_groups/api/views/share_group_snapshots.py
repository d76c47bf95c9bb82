# SPDX-License-Identifier: Apache-2.0
"""Share group snapshots in responses."""

from manila_groups import states
from manila_groups.api.views import base
from manila_groups.api.views import shapes

_LINKS = base.links('share-group-snapshots')


def _members(record, _request):
    return [
        {'id': one.id, 'size': one.size, 'share_id': one.share_id}
        for one in record.members
    ]


_MEMBER = shapes.Members(
    {'id': shapes.TEXT, 'size': shapes.COUNT, 'share_id': shapes.TEXT}
)

#: The fields in the plain list.
SUMMARY = base.View(base.Field('id'), base.optional('name'), _LINKS)

DETAIL = base.View(
    base.Field('id'),
    base.optional('name'),
    base.time('created_at'),
    base.Field(
        'status', shape=shapes.one_of(*states.SHARE_GROUP_SNAPSHOT_STATUSES)
    ),
    base.optional('description'),
    base.Field('project_id'),
    base.Field('share_group_id'),
    base.Field('members', value=_members, shape=shapes.ListOf(_MEMBER)),
    _LINKS,
)

#: The fields in the list of a snapshot's members.
MEMBER = base.View(
    base.Field('id'),
    base.time('created_at'),
    base.Field('size', shape=shapes.COUNT),
    base.Field('share_protocol', value=lambda record, _: record.share_proto),
    base.Field('project_id'),
    base.Field('share_group_snapshot_id'),
    base.Field('share_id'),
)


def _page(view):
    return shapes.page(
        'share_group_snapshots',
        item=view,
        next_key='share_group_snapshot_links',
    )


ONE = shapes.one('share_group_snapshot', shape=DETAIL)
PAGE = _page(SUMMARY)
DETAILED_PAGE = _page(DETAIL)
MEMBERS = shapes.page('share_group_snapshot_members', item=MEMBER)

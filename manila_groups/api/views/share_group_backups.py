# SPDX-License-Identifier: Apache-2.0
"""Share group backups in responses."""

from manila_groups import states
from manila_groups.api.schemas import backup_policies
from manila_groups.api.schemas import share_group_backups as schemas
from manila_groups.api.views import base
from manila_groups.api.views import shapes

SINCE = schemas.SINCE

_LINKS = base.links('share-group-backups')
_BYTES = {'type': ['integer', 'null'], 'minimum': 0}
_FLAG = {'type': ['boolean', 'null']}
#: A whole percent as text, as other resources have it.
_PERCENT = {
    'type': ['string', 'null'],
    'pattern': '^(100|[1-9]?[0-9])$',
}


def _progress(record, _request):
    if record.made is not None:
        return str(record.made.percent)
    return '0' if record.status == states.CREATING else None


def _restore_progress(record, _request):
    if record.restore_progress is not None:
        return str(record.restore_progress.percent)
    return '0' if record.status == states.RESTORING else None


def _bytes(index):
    """Read how far what is at work is, or else how far the creation came."""

    def value(record, _request):
        is_restoring = record.status == states.RESTORING
        found = record.restore_progress if is_restoring else record.made
        return None if found is None else found.in_bytes()[index]

    return value


def _field(name, **settings):
    return base.Field(name, SINCE, **settings)


def _optional(name, **settings):
    return base.optional(name, SINCE, **settings)


#: What is shown of a member, in its list and in the backup.
_OF_MEMBERS = {
    'id': shapes.TEXT,
    'share_id': shapes.TEXT,
    'name': shapes.OPTIONAL_TEXT,
    'size': shapes.COUNT,
    'share_proto': shapes.TEXT,
    'share_type_id': shapes.TEXT,
}


def _members(record, _request):
    return [
        {name: getattr(one, name) for name in _OF_MEMBERS}
        for one in record.members
    ]


#: The fields in the plain list.
SUMMARY = base.View(_field('id'), _optional('name'), _LINKS)

DETAIL = base.View(
    _field('id'),
    _optional('name'),
    _optional('description'),
    _field('project_id'),
    _field('status', shape=shapes.one_of(*states.SHARE_GROUP_BACKUP_STATUSES)),
    _field('progress', value=_progress, shape=_PERCENT),
    _field('restore_progress', value=_restore_progress, shape=_PERCENT),
    _field('done_bytes', value=_bytes(0), shape=_BYTES),
    _field('total_bytes', value=_bytes(1), shape=_BYTES),
    _optional('share_group_id'),
    _optional('share_group_type_id'),
    _optional('source_share_group_snapshot_id'),
    base.time('taken_at', SINCE, shapes.OPTIONAL_TIME),
    _field('consistent', shape=_FLAG),
    _field('size', shape=shapes.COUNT),
    _field('data_size', shape=_BYTES),
    _field('sent_size', shape=_BYTES),
    _field('is_incremental', shape=_FLAG),
    base.Field('is_scheduled', backup_policies.SINCE, shape=shapes.FLAG),
    _optional('availability_zone'),
    base.time('created_at', SINCE),
    base.updated_at(SINCE),
    _field(
        'members',
        value=_members,
        shape=shapes.ListOf(shapes.Members(_OF_MEMBERS)),
    ),
    _optional('host', admin=True),
    _optional('backup_location', admin=True),
    _LINKS,
)

#: The fields in the list of a backup's members.
MEMBER = base.View(
    *(_field(name, shape=shape) for name, shape in _OF_MEMBERS.items()),
    _field('share_group_backup_id'),
)

_RESTORED = shapes.Members(
    {'share_group_backup_id': shapes.TEXT, 'share_group_id': shapes.TEXT}
)

ONE = shapes.one('share_group_backup', shape=DETAIL)
PAGE = shapes.page('share_group_backups', item=SUMMARY)
DETAILED_PAGE = shapes.page('share_group_backups', item=DETAIL)
MEMBERS = shapes.page('share_group_backup_members', item=MEMBER)
RESTORED = shapes.one('restore', shape=_RESTORED)


def detail_of(location_of) -> base.View:
    """Make the view with all fields.

    :param location_of: tells where a backup is, or None
    """
    return DETAIL.computing(
        backup_location=lambda record, _request: location_of(record)
    )

# SPDX-License-Identifier: Apache-2.0
"""How resources are made: the one table, by kind, that needs a line."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import functools

from manila_groups import states
from manila_groups.db import share_group_snapshots
from manila_groups.domain.operations import purge
from manila_groups.tests import inprocess


def _group(service):
    return service.create


def _clone(service):
    snapshot_id = made(service, snapshot)
    return functools.partial(
        service.create, source_share_group_snapshot_id=snapshot_id
    )


def _copy(service):
    share = service.get_share(made(service, _member))
    return functools.partial(
        service.create, source_share_group_id=share.share_group_id
    )


def _with_snapshot(service):
    """A group with a share that clients use, and a snapshot of it."""
    share_id = made(service, functools.partial(rule, way=_member))
    group_id = service.get_share(share_id).share_group_id

    def begin():
        service.create_snapshot(group_id)
        return group_id

    return begin


def backup(service):
    """A backup of a group with a share."""
    share = service.get_share(made(service, _member))
    return functools.partial(service.create_backup, share.share_group_id)


def _second_backup(service):
    """A backup that is based on another one."""
    found = service.get_backup(made(service, backup))
    return functools.partial(service.create_backup, found.share_group_id)


def _backup_of_snapshot(service):
    snapshot_id = made(service, snapshot)
    return functools.partial(service.create_backup, snapshot_id=snapshot_id)


def _rebuilt(service):
    backup_id = made(service, backup)
    return functools.partial(
        service.create, source_share_group_backup_id=backup_id
    )


def _with_backup(service):
    """A group with a share that clients use, and a backup of it."""
    share_id = made(service, functools.partial(rule, way=_member))
    group_id = service.get_share(share_id).share_group_id

    def begin():
        service.create_backup(group_id)
        return group_id

    return begin


def _restore(service, group_id):
    """Restore the only backup of a group to it."""
    (found,) = [
        one for one in service.all_backups() if one.share_group_id == group_id
    ]
    service.backups.restore(service.caller, found.id)


def _imported(service):
    """A backup that the database does not know any more."""
    backup_id = made(service, backup)
    record = service.backups.record(service.caller, backup_id)
    found = service.get_backup(backup_id)
    with service.db.writer() as conn:
        purge.all_backups(conn, [found])
    return lambda: service.backups.import_record(service.caller, record).id


def _left(service):
    """A backup that is deleted by force while no back end is there."""
    backup_id = made(service, backup)

    def begin():
        drivers = dict(service.drivers)
        names = [host.partition('@')[2] for host in drivers]
        for name in names:
            service.stop_backend(name)
        service.pass_time(service.conf.service.down_time + 1)
        service.backups.force_delete(service.admin, backup_id)
        for name, driver in zip(names, drivers.values(), strict=True):
            service.start_backend(name, driver)
        return backup_id

    return begin


def share_alone(service):
    """A share that is in no group."""
    return functools.partial(service.create_share, 2)


def _member(service):
    group_id = made(service, _group)
    return functools.partial(service.create_share, 2, share_group_id=group_id)


def snapshot(service):
    """A snapshot of a group with a share."""
    share = service.get_share(made(service, _member))
    return functools.partial(service.create_snapshot, share.share_group_id)


def rule(service, way):
    """An access rule of a share that is made in one of its ways."""
    share_id = made(service, way)

    def begin():
        service.allow(share_id, '10.0.0.1')
        return share_id

    return begin


def made(service, way):
    """Make a resource, and let it come to rest; returns its id."""
    row_id = way(service)()
    service.deliver_all()
    return row_id


Way = Callable[[inprocess.InProcess], Callable[[], str]]


@dataclasses.dataclass(frozen=True)
class Noun:
    """A kind of resources, as its users know it.

    :ivar api: the name of its part of the service
    :ivar ways: in which a resource is made; each prepares what it needs, and
        returns a function that begins to make it, and returns its id
    :ivar own: the name of each verb that only some resources have to the ways
        in which these are made
    :ivar calls: how a verb is begun that is a method of another part: the
        verb's name to a function of the service and the resource's id
    """

    api: str
    ways: tuple[Way, ...]
    own: Mapping[str, tuple[Way, ...]] = dataclasses.field(
        default_factory=dict
    )
    calls: Mapping[str, Callable] = dataclasses.field(default_factory=dict)


NOUNS = {
    states.SHARE_GROUP: Noun(
        'groups',
        (_group, _clone),
        # One with shares is deleted by force only.
        {
            'clone': (_copy,),
            'rebuild': (_rebuilt,),
            'revert': (_with_snapshot,),
            'restore': (_with_backup,),
            'delete': (_group,),
        },
        {'restore': _restore},
    ),
    states.SHARE: Noun('shares', (share_alone, _member)),
    states.SHARE_GROUP_SNAPSHOT: Noun('snapshots', (snapshot,)),
    states.SHARE_GROUP_BACKUP: Noun(
        'backups',
        (backup, _second_backup, _backup_of_snapshot),
        {'import': (_imported,), 'clean_up': (_left,)},
    ),
    states.SHARE_ACCESS: Noun(
        'access',
        (
            functools.partial(rule, way=share_alone),
            functools.partial(rule, way=_member),
        ),
    ),
}


def ways_of(verb) -> tuple[Way, ...]:
    """The ways to make what a verb can be at work on."""
    noun = NOUNS[verb.kind]
    return noun.own.get(verb.name, noun.ways)


def values_of(service, row, name):
    """What a parameter of a domain's method may be for a resource."""
    if name == 'snapshot_id':
        found = service.read(share_group_snapshots.newest_of, row.id)
        return () if found is None else (found,)
    if name == 'size':
        return row.size + 1, row.size - 1
    return (getattr(row, {'group_id': 'share_group_id'}[name]),)

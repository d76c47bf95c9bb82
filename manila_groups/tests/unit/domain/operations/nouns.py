# SPDX-License-Identifier: Apache-2.0
"""How resources are made: the one table, by kind, that needs a line."""

from collections.abc import Callable
import dataclasses
import functools

from manila_groups import states
from manila_groups.tests import inprocess


def _group(service):
    return service.create


def _clone(service):
    snapshot_id = made(service, snapshot)
    return functools.partial(
        service.create, source_share_group_snapshot_id=snapshot_id
    )


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


@dataclasses.dataclass(frozen=True)
class Noun:
    """A kind of resources, as its users know it.

    :ivar api: the name of its part of the service
    :ivar ways: in which a resource is made; each prepares what it needs, and
        returns a function that begins to make it, and returns its id
    """

    api: str
    ways: tuple[Callable[[inprocess.InProcess], Callable[[], str]], ...]


NOUNS = {
    states.SHARE_GROUP: Noun('groups', (_group, _clone)),
    states.SHARE: Noun('shares', (share_alone, _member)),
    states.SHARE_GROUP_SNAPSHOT: Noun('snapshots', (snapshot,)),
    states.SHARE_ACCESS: Noun(
        'access',
        (
            functools.partial(rule, way=share_alone),
            functools.partial(rule, way=_member),
        ),
    ),
}


def values_of(row, name):
    """What a parameter of a domain's method may be for a resource."""
    if name == 'size':
        return row.size + 1, row.size - 1
    return (getattr(row, {'group_id': 'share_group_id'}[name]),)

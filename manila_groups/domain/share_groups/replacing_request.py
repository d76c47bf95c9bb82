# SPDX-License-Identifier: Apache-2.0
"""How the content of all shares of a group begins to be replaced."""

import collections
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_groups import members
from manila_groups.domain.share_groups import replacing


@dataclasses.dataclass(frozen=True, slots=True)
class Begun:
    """How rows show that it has begun.

    :ivar name: of the verb, for events
    """

    name: str
    group: states.Transition
    share: states.Transition


def check_group(
    group: records.ShareGroup, transition: states.Transition, done: str
) -> None:
    """Refuse a group that is not at rest in a pool.

    :param done: what happens to it, as a participle
    :raises Conflict: it is not
    """
    expected = transition.expected
    if group.status not in expected:
        raise exception.Conflict(
            f'The share group {utils.label(group)} has the status '
            f'{group.status}; it can be {done} when it is '
            f'{" or ".join(expected)}.'
        )
    members.check_placed(group)


def check_shares(
    shares: Sequence[records.Share], transition: states.Transition
) -> None:
    """Refuse shares that are not at rest in a pool, with all their rules.

    :raises Conflict: one is not
    """
    for one in shares:
        members.check_status(one, transition.expected)
        # Its status was set by hand: no pool has claims for it.
        if one.host is None:
            raise exception.Conflict(
                f'The share {utils.label(one)} in the share group has not '
                'been placed on a back end.'
            )
        if one.access_rules_status != states.ACTIVE:
            raise exception.Conflict(
                f'The access rules of the share {utils.label(one)} in the '
                f'share group have the status {one.access_rules_status}; it '
                f'must be {states.ACTIVE}.'
            )


def listed(names: Sequence[str], most: int = 10) -> str:
    """List names in a text, the first of them at least."""
    more = f', and {len(names) - most} more' if len(names) > most else ''
    return ', '.join(names[:most]) + more


def payload_of(
    group: records.ShareGroup, shares: Sequence[records.Share]
) -> dict[str, Any]:
    """What the operation has to know: whether the content is known yet."""
    statuses = {group.status, *(one.status for one in shares)}
    return {replacing.FRESH: True} if statuses == {states.AVAILABLE} else {}


def begin(
    group: changes.Locked[records.ShareGroup],
    conf: Any,
    shares: Sequence[records.Share],
    sizes: Mapping[str, int],
    begun: Begun,
) -> None:
    """Let a group and its shares say what is going on; take what it needs.

    :param sizes: each share's id to the size that it gets, in GiB
    :raises Conflict: the pool has not so much more
    :raises OverQuota: the project may not have so much more
    """
    _claim(group, shares, sizes)
    _take_quotas(group.conn, conf, shares, sizes)
    group.transition(begun.group, event=f'{begun.name}.start')
    if shares:
        _begin_shares(group, shares, sizes, begun)


def _begin_shares(group, shares, sizes, begun):
    """Let shares count for the larger size until the end is known."""
    found = changes.transit_many(
        group.conn,
        changes.SHARE,
        shares,
        begun.share,
        callers={one.id: group.ctxt for one in shares},
        new_size=share_rows.ROWS.value_of_each(sizes),
        **{
            column: share_rows.ROWS.value_of_each(
                {
                    one.id: max(getattr(one, column), sizes[one.id])
                    for one in shares
                }
            )
            for column in ('quota_gb', 'claimed_gb')
        },
    )
    for one in utils.present(found):
        events.note(group.conn, f'share.{begun.name}.start', one, group.ctxt)


def _claim(group, shares, sizes):
    more = sum(max(0, sizes[one.id] - one.claimed_gb) for one in shares)
    if more and not pools.claim(group.conn, group.row.host, gigabytes=more):
        raise exception.Conflict(
            f'The pool of the share group {utils.label(group.row)} has not '
            f'the {more} GiB that its shares were larger then.'
        )


def _take_quotas(conn, conf, shares, sizes):
    grown: dict[tuple, list[records.Share]] = collections.defaultdict(list)
    for one in shares:
        if sizes[one.id] > one.quota_gb:
            key = one.project_id, one.user_id or '', one.share_type_id
            grown[key].append(one)
    for key, some in sorted(grown.items()):
        owner = quotas.Owner(*key)
        quotas.check_size(conn, conf, owner, max(sizes[o.id] for o in some))
        more = sum(sizes[one.id] - one.quota_gb for one in some)
        quotas.take(conn, conf, owner, {quotas.GIGABYTES: more})

# SPDX-License-Identifier: Apache-2.0
"""The creation of share groups, empty or with the shares of a source."""

from collections.abc import Sequence
import dataclasses
from typing import Any

from manila_groups import states
from manila_groups import utils
from manila_groups.db import attempts
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_export_locations
from manila_groups.db import share_group_backups
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups as rows
from manila_groups.db import shares
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain import scheduler_hints
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_backups import places

PLACE = 'place'
CREATE = 'create'
CLONE = 'clone'
REBUILD = 'rebuild'
_NAMES = (CREATE, CLONE, REBUILD)

_FAILED = 'The share group could not be created on any back end.'
_COPY_FAILED = (
    'The share group could not be created from its {}. Delete it and try '
    'again, or ask the administrator.'
)
_OVERDUE = (
    'The share group was not created in time. Delete it and try again, or '
    'ask the administrator.'
)


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a back end needs for a new share group.

    :ivar specs: the group specs of its type
    :ivar source: the snapshot, group or backup that it is created from
    :ivar shares: the shares that are created with it
    """

    specs: dict[str, str]
    source: (
        records.ShareGroupSnapshot
        | records.ShareGroup
        | records.ShareGroupBackup
        | None
    ) = None
    shares: Sequence[records.Share] = ()


def _source_id(group):
    """Return the id of what a group is made from; None for an empty one."""
    return (
        group.source_share_group_id
        or group.source_share_group_snapshot_id
        or group.source_share_group_backup_id
    )


def _read(conn, operations):
    """Read groups with the specs of their types and what copies need."""
    groups = rows.get_many(conn, [one.resource_id for one in operations])
    specs = type_rows.SHARE_GROUP_TYPES.specs_of(
        conn, {one.share_group_type_id for one in groups}
    )
    copies = [one for one in groups if _source_id(one)]
    sources, members = _read_content(conn, copies)
    return [
        (
            group,
            Work(
                specs=specs[group.share_group_type_id],
                source=sources.get(_source_id(group)),
                shares=members.get(group.id, ()),
            ),
        )
        for group in groups
    ]


def _read_content(conn, copies):
    """Read the source of each copy, and the shares that come with it."""
    members: dict[str, list[records.Share]] = {}
    if not copies:
        return {}, members
    sources: dict[str, Any] = {}
    for store, ids in (
        (rows, [one.source_share_group_id for one in copies]),
        (
            share_group_snapshots,
            [one.source_share_group_snapshot_id for one in copies],
        ),
        (
            share_group_backups,
            [one.source_share_group_backup_id for one in copies],
        ),
    ):
        named = [one for one in ids if one]
        if named:
            found = store.get_many(conn, named)
            sources.update({one.id: one for one in found})
    for share in shares.of_groups(conn, [one.id for one in copies]):
        if share.status != states.CREATING:
            # Set by hand.
            continue
        members.setdefault(share.share_group_id or '', []).append(share)
    return sources, members


def _load_place(conn, operations):
    payloads = {one.resource_id: one.payload for one in operations}
    found = _read(conn, operations)
    types = {one for group, _work in found for one in group.share_types}
    specs = type_rows.SHARE_TYPES.specs_of(conn, types)
    hints = scheduler_hints.resolve(conn, [group for group, _work in found])
    return {
        group.id: (
            group,
            placing.Waiting(
                group_specs=_specs(group, work),
                extra_specs=tuple(specs[one] for one in group.share_types),
                zone=group.availability_zone,
                tried=frozenset(payloads[group.id].get('tried', ())),
                size_gb=sum(one.size for one in work.shares),
                pool=_only_pool(group, work),
                groups=1,
                shares=len(work.shares),
                hints=hints[group.id],
            ),
        )
        for group, work in found
        if group.host is None
    }


def _specs(group, work):
    """The group specs that a pool has to satisfy."""
    if group.source_share_group_backup_id is None:
        return work.specs
    return {**work.specs, places.SUPPORT: '<is> True'}


def _only_pool(group, work):
    """The pool with the source that a group is made from, if any is."""
    if not _source_id(group) or group.source_share_group_backup_id:
        return None
    return (work.source and work.source.host) or ''


def _placed(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for place, some in placing.by_pool(tasks):
        _place(tx, place, some)
    for place, some in placing.by_pool(tasks):
        _place_shares(tx, place, some)
    placing.claim_pools(tx, tasks)
    placing.move_to_pools(tx, tasks, CREATE)


def _place(tx, place, tasks):
    tx.claim(
        changes.SHARE_GROUP,
        [one.row for one in tasks],
        states.ShareGroup.CLAIM,
        rows.ROWS.placed_at(None),
        consistent_snapshot_support=place.consistent_snapshot_support,
        **place.columns(),
    )


def _place_shares(tx, place, tasks):
    coming = sum(one.work.shares for one in tasks)
    if not coming:
        return
    claimed = shares.ROWS.transition_many(
        tx.conn,
        states.Share.CLAIM,
        shares.in_groups([one.row.id for one in tasks]),
        claimed_gb=shares.own_size(),
        **place.columns(),
    )
    # None can come; one that was deleted by force meanwhile is not to be
    # claimed for.
    if claimed != coming:
        raise verbs.Lost


def _not_placed(tx: transaction.Tx, task: verbs.Task) -> None:
    text = f'{placing.NO_STORAGE} {task.error}'
    _fail(
        tx,
        task,
        messages.ALLOCATE_HOST,
        text,
        rows.ROWS.placed_at(None),
        detail=messages.NO_VALID_HOST,
    )


def _fail(tx, task, action, text, *conditions, **details):
    """End a failed creation of a group, and of the shares with it."""
    failed = tx.fail(
        task,
        states.ShareGroup.CREATE_FAILED,
        action,
        text,
        *conditions,
        **details,
    )
    if _source_id(failed):
        shares.ROWS.transition_many(
            tx.conn,
            states.Share.CREATE_FAILED,
            shares.in_group(failed.id),
            reason=text,
            caller=failed,
        )
        events.note_content(
            tx.conn, 'create.error', failed, (states.ERROR,), reason=text
        )
    tx.end([task])


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    _fail(tx, task, messages.CREATE, _OVERDUE, detail=messages.TIMED_OUT)


def _creating_overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    """End a creation that a back end may still be at work on."""
    left = task.row
    if left.source_share_group_id is not None:
        # Nobody else knows of the snapshot that the back end may have taken.
        task = dataclasses.replace(task, row=_take_away(tx, left))
        tx.begin(removing.SHARE_GROUP, [left])
    _overdue(tx, task)


def _load_create(conn, operations):
    return {
        group.id: (group, work)
        for group, work in _read(conn, operations)
        if group.host is not None
    }


def _created(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    by_server: dict[Any, list[verbs.Task]] = {}
    for one in tasks:
        server_id, _locations = one.result
        by_server.setdefault((one.row.host, server_id), []).append(one)
    groups: list[records.ShareGroup] = []
    for (host, server_id), some in by_server.items():
        groups += tx.transition(
            changes.SHARE_GROUP,
            [one.row for one in some],
            states.ShareGroup.CREATED,
            rows.ROWS.placed_at(host),
            share_server_id=server_id,
        )
    copies = [one for one in groups if _source_id(one)]
    if copies:
        _shares_created(tx.conn, copies, tasks)
    for group in groups:
        events.note(tx.conn, 'share_group.create.end', group)
    tx.end(tasks)


def _shares_created(conn, groups, tasks):
    """End the creation of the shares that were created with groups."""
    by_id = {one.id: one for one in groups}
    shares.ROWS.lock_many(conn, shares.in_groups([*by_id]))
    found = {one.id: one for one in shares.of_groups(conn, [*by_id])}
    by_server: dict[str | None, list[records.Share]] = {}
    for share in found.values():
        # Those whose status was set by hand stay as they are.
        if share.status == states.CREATING:
            server_id = by_id[share.share_group_id or ''].share_server_id
            by_server.setdefault(server_id, []).append(share)
    for server_id, some in by_server.items():
        callers = {one.id: by_id[one.share_group_id or ''] for one in some}
        _end_shares(conn, some, callers, server_id)
    locations = {
        share_id: told
        for one in tasks
        for share_id, told in one.result[1].items()
        if share_id in found
    }
    share_export_locations.replace_many(conn, locations)


def _end_shares(conn, some, callers, server_id):
    ended = changes.transit_many(
        conn,
        changes.SHARE,
        some,
        states.Share.CREATED,
        callers=callers,
        share_server_id=server_id,
    )
    for share in utils.present(ended):
        caller = events.caller_of(callers[share.id])
        events.note(conn, 'share.create.end', share, caller)


def _attempt_failed(tx: transaction.Tx, task: verbs.Task) -> None:
    """Remove a group from a pool that failed to create it."""
    # Not in the task: the transaction may have to be repeated.
    left = task.row
    task = dataclasses.replace(task, row=_take_away(tx, left))
    if not task.cleaned:
        tx.begin(removing.SHARE_GROUP, [left])
    tried = [*task.operation.payload.get('tried', ()), left.host]
    if _source_id(left):
        text = _COPY_FAILED.format(_source_noun(left))
        _fail(tx, task, messages.CREATE, text)
    elif len(tried) >= tx.conf.scheduler.max_attempts:
        text = f'{_FAILED} Pools tried: {len(tried)}.'
        _fail(tx, task, messages.CREATE, text)
    else:
        attempts.note(tx.conn, states.SHARE_GROUP, left)
        tx.move([task], PLACE, task.row, {'tried': tried})


def _source_noun(group):
    if group.source_share_group_id is not None:
        return 'source'
    if group.source_share_group_backup_id is not None:
        return 'share group backup'
    return 'share group snapshot'


def _take_away(tx, group):
    """Remove a group, and the shares with it, from its pool."""
    (taken,) = tx.transition(
        changes.SHARE_GROUP,
        [group],
        states.ShareGroup.CLAIM,
        rows.ROWS.placed_at(group.host),
        host=None,
        availability_zone_id=rows.ROWS.requested_zone(),
        share_server_id=None,
        consistent_snapshot_support=None,
    )
    claimed = _take_shares_away(tx.conn, group) if _source_id(group) else 0
    pools.release(tx.conn, group.host, groups=1, gigabytes=claimed)
    return taken


def _take_shares_away(conn, group):
    """Remove a group's shares from its pool; returns what they claimed."""
    mine = shares.in_group(group.id)
    shares.ROWS.lock_many(conn, mine)
    coming = [
        one
        for one in shares.of_group(conn, group.id)
        if one.status == states.CREATING
    ]
    shares.ROWS.transition_many(
        conn, states.Share.CLAIM, mine, host=None, claimed_gb=0
    )
    return sum(one.claimed_gb for one in coming)


def verb(name: str, is_own: Any) -> verbs.Verb:
    """Make one of the verbs that create share groups.

    :param is_own: the condition on the groups that it creates
    """
    return verbs.Verb(
        name=name,
        kind=states.SHARE_GROUP,
        resource=changes.SHARE_GROUP,
        during=(states.CREATING,),
        is_own=(is_own,),
        beside=tuple(one for one in _NAMES if one != name),
        locate=lambda group: PLACE if group.host is None else CREATE,
        steps=(
            verbs.Step(
                name=PLACE,
                at=verbs.Place.SCHEDULERS,
                load=_load_place,
                done=_placed,
                failed=_not_placed,
                overdue=_overdue,
                gone=verbs.WAIT,
            ),
            verbs.Step(
                name=CREATE,
                at=verbs.Place.BACKEND,
                load=_load_create,
                done=_created,
                failed=_attempt_failed,
                overdue=_creating_overdue,
                gone=verbs.Gone(verbs.Away.DOWN, _attempt_failed),
            ),
        ),
    )


VERB = verb(CREATE, ~(rows.is_copy() | rows.is_from_backup()))

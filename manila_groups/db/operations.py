# SPDX-License-Identifier: Apache-2.0
"""Rows of operations: begun, claimed, moved on and ended, in batches.

A claim is a lease: it ends with the operation's step, or expires when its
process no longer renews it.  The times are of the processes' clocks, as those
of heartbeats are.
"""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups.db import operation_table
from manila_groups.db import records

#: The most characters that are kept of a reason; MySQL has 65,535 bytes.
_LONGEST_REASON = 1000

_OPERATION = operation_table.Operation.__table__
_COLUMNS = _OPERATION.c

#: The columns of an operation that no process has claimed.
_UNCLAIMED = {
    'worker': None,
    'leased_until': None,
    'not_before': None,
    'tries': 0,
    'reason': None,
    'progress': None,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """What a process offers for a claim.

    :ivar worker: the process
    :ivar now: the time
    :ivar until: when a lease expires that begins, or is renewed, now
    :ivar max_tries: how often one step may be claimed
    """

    worker: str
    now: datetime.datetime
    until: datetime.datetime
    max_tries: int


def is_free(now):
    """A condition: no process is at work on it."""
    return sa.or_(_COLUMNS.worker.is_(None), _COLUMNS.leased_until < now)


def is_exhausted(offer: Offer):
    """A condition: it was claimed too often, and nobody is at work on it."""
    return sa.and_(_COLUMNS.tries >= offer.max_tries, is_free(offer.now))


def _claimable(now, max_tries):
    return sa.and_(
        is_free(now),
        sa.or_(_COLUMNS.not_before.is_(None), _COLUMNS.not_before <= now),
        _COLUMNS.tries < max_tries,
    )


def _candidates():
    """Select the first claimable operation of each queue, in their order.

    Leaves out the queues in which another process is at work.
    """
    other = _OPERATION.alias('other')
    now: sa.BindParameter[datetime.datetime] = sa.bindparam('now')
    first = sa.func.min(_COLUMNS.id)
    found = (
        sa.select(first.label('id'), sa.func.count().label('waiting'))
        .where(
            _COLUMNS.runs_at == sa.bindparam('place'),
            _claimable(now, sa.bindparam('max_tries')),
            _COLUMNS.queue_id.not_in(sa.bindparam('busy', expanding=True)),
            ~sa.exists().where(
                other.c.queue_id == _COLUMNS.queue_id,
                other.c.runs_at == _COLUMNS.runs_at,
                other.c.leased_until >= now,
                other.c.worker != sa.bindparam('worker'),
            ),
        )
        .group_by(_COLUMNS.queue_id)
        .order_by(first)
        .limit(sa.bindparam('limit'))
        .subquery()
    )
    return (
        sa.select(_OPERATION, found.c.waiting)
        .join(found, found.c.id == _COLUMNS.id)
        .order_by(_COLUMNS.id)
    )


_IDS: sa.BindParameter = sa.bindparam('ids', expanding=True)
_CANDIDATES = _candidates()
_CLAIM = (
    sa.update(_OPERATION)
    .where(
        _COLUMNS.id.in_(_IDS),
        _COLUMNS.runs_at == sa.bindparam('place'),
        _COLUMNS.moved_at <= sa.bindparam('newest'),
        _claimable(sa.bindparam('now'), sa.bindparam('max_tries')),
    )
    .values(
        worker=sa.bindparam('by'),
        leased_until=sa.bindparam('until'),
        tries=_COLUMNS.tries + 1,
    )
)
_CLAIMED = (
    sa.select(_OPERATION)
    .where(_COLUMNS.id.in_(_IDS), _COLUMNS.worker == sa.bindparam('by'))
    .order_by(_COLUMNS.id)
)
_END = sa.delete(_OPERATION).where(
    _COLUMNS.id.in_(_IDS), _COLUMNS.worker == sa.bindparam('by')
)
_KEEP = (
    sa.update(_OPERATION)
    .where(_COLUMNS.id.in_(_IDS), _COLUMNS.worker == sa.bindparam('by'))
    .values(tries=_COLUMNS.tries)
)
_RENEW = (
    sa.update(_OPERATION)
    .where(_COLUMNS.id.in_(_IDS), _COLUMNS.worker == sa.bindparam('by'))
    .values(leased_until=sa.bindparam('until'))
)
_INSERT = sa.insert(_OPERATION)


def begin(conn, values: Sequence[Mapping[str, Any]]) -> None:
    """Begin operations that no process has claimed.

    :param values: of each: kind, resource_id, exclusive_id, queue_id, verb,
        step, runs_at, payload, forced, project_id, user_id, request_id and
        moved_at
    """
    now = timeutils.utcnow()
    rows = [{'created_at': now, **_UNCLAIMED, **one} for one in values]
    if rows:
        conn.execute(_INSERT, rows)


def candidates(
    conn, place: str, offer: Offer, busy: Collection[str], limit: int
) -> tuple[list[records.Operation], bool]:
    """Find operations that a process may claim, longest wait first.

    :param place: 'schedulers' or host@backend
    :param busy: the queues in which the process is at work itself
    :returns: at most one operation of each queue; and whether more of them
        may be claimed after these
    """
    values = {
        'place': place,
        'now': offer.now,
        'max_tries': offer.max_tries,
        'worker': offer.worker,
        'busy': list(busy),
        'limit': limit,
    }
    rows = conn.execute(_CANDIDATES, values).all()
    more = len(rows) == limit or any(row.waiting > 1 for row in rows)
    return [records.Operation(*row[:-1]) for row in rows], more


def claim(
    conn, found: list[records.Operation], offer: Offer
) -> list[records.Operation]:
    """Claim operations; those that another process has claimed are skipped.

    :param found: as they were read; what has moved since is skipped too
    :returns: those claimed, longest wait first
    """
    ids = [one.id for one in found]
    values = {
        'ids': ids,
        'by': offer.worker,
        'now': offer.now,
        'until': offer.until,
        'max_tries': offer.max_tries,
        'place': found[0].runs_at,
        'newest': max(one.moved_at for one in found),
    }
    claimed = conn.execute(_CLAIM, values).rowcount
    if claimed == len(found):
        return [_claimed_by(offer, one) for one in found]
    if not claimed:
        return []
    return to_records(conn.execute(_CLAIMED, {'ids': ids, 'by': offer.worker}))


def _claimed_by(offer, operation):
    """Make the record of a claim without reading it again."""
    return dataclasses.replace(
        operation,
        worker=offer.worker,
        leased_until=offer.until,
        tries=operation.tries + 1,
    )


def to_records(rows) -> list[records.Operation]:
    """Make records of rows with all columns of the table."""
    return [records.Operation(*row) for row in rows]


def renew(conn, ids: list[int], offer: Offer) -> None:
    """Renew the leases that a process has on some operations."""
    values = {'ids': ids, 'by': offer.worker, 'until': offer.until}
    conn.execute(_RENEW, values)


def hurry(conn, place: str) -> None:
    """Let the operations of a place that were put off be due now."""
    conn.execute(
        sa.update(_OPERATION)
        .where(_COLUMNS.runs_at == place, _COLUMNS.not_before.is_not(None))
        .values(not_before=None)
    )


def is_claimed(conn, operation_id: int, worker: str) -> bool:
    """Tell whether a process still has the claim on an operation."""
    query = sa.select(_COLUMNS.id).where(*_is(operation_id, worker))
    return conn.scalar(query) is not None


def give_back(conn, worker: str | None = None) -> None:
    """End the leases of a process at once.

    :param worker: None ends those of all processes
    """
    is_any = _COLUMNS.worker.is_not(None)
    held = is_any if worker is None else _COLUMNS.worker == worker
    conn.execute(
        sa.update(_OPERATION)
        .where(held)
        .values(worker=None, leased_until=None)
    )


def unclaim_but(conn, ids: list[int], worker: str) -> None:
    """End the leases of a process that do not count, at once.

    :param ids: the operations that it keeps
    """
    conn.execute(
        sa.update(_OPERATION)
        .where(_COLUMNS.worker == worker, _COLUMNS.id.not_in(ids))
        .values(worker=None, leased_until=None, tries=_COLUMNS.tries - 1)
    )


def release(conn, operation_id: int, worker: str) -> None:
    """End the lease of a process on one operation at once, if it has it."""
    conn.execute(
        sa.update(_OPERATION)
        .where(*_is(operation_id, worker))
        .values(worker=None, leased_until=None)
    )


def keep(conn, ids: list[int], worker: str) -> bool:
    """Lock operations; False unless all of them are this process's."""
    values = {'ids': ids, 'by': worker}
    return conn.execute(_KEEP, values).rowcount == len(ids)


def end(conn, ids: list[int], worker: str | None) -> bool:
    """End operations.

    :param worker: a process; None for operations that are locked
    :returns: False unless all of them are this process's, or there
    """
    if worker is None:
        statement = sa.delete(_OPERATION).where(_COLUMNS.id.in_(ids))
        return conn.execute(statement).rowcount == len(ids)
    values = {'ids': ids, 'by': worker}
    return conn.execute(_END, values).rowcount == len(ids)


def move(
    conn,
    ids: list[int],
    worker: str | None,
    step: str,
    runs_at: str,
    payload: Mapping[str, Any] | None = None,
    queues: Mapping[int, str] | None = None,
) -> bool:
    """Let operations wait for their next step, or for the same one again.

    :param worker: a process; None for operations that are locked
    :param payload: what they have to know instead; None changes nothing
    :param queues: those that come to another queue, by their ids
    :returns: False unless all of them are this process's, or there
    """
    values: dict[str, Any] = {
        **_UNCLAIMED,
        'step': step,
        'runs_at': runs_at,
        'moved_at': timeutils.utcnow(),
    }
    if payload is not None:
        values['payload'] = payload
    if queues:
        values['queue_id'] = sa.case(
            dict(queues), value=_COLUMNS.id, else_=_COLUMNS.queue_id
        )
    statement = sa.update(_OPERATION).where(_COLUMNS.id.in_(ids))
    if worker is not None:
        statement = statement.where(_COLUMNS.worker == worker)
    return conn.execute(statement.values(values)).rowcount == len(ids)


def set_payload(
    conn, ids: list[int], worker: str, payload: Mapping[str, Any]
) -> bool:
    """Set what operations have to know; False unless all are the worker's."""
    statement = (
        sa.update(_OPERATION)
        .where(_COLUMNS.id.in_(ids), _COLUMNS.worker == worker)
        .values(payload=payload)
    )
    return conn.execute(statement).rowcount == len(ids)


def prolong(conn, operation_id: int) -> None:
    """Let the deadline of an operation begin anew, whoever has claimed it."""
    conn.execute(
        sa.update(_OPERATION)
        .where(_COLUMNS.id == operation_id)
        .values(moved_at=timeutils.utcnow())
    )


def put_off(
    conn, operation_id: int, worker: str, until: datetime.datetime, reason: str
) -> bool:
    """Leave a step for later; that it was claimed does not count.

    :returns: False if it is not this process's
    """
    statement = (
        sa.update(_OPERATION)
        .where(*_is(operation_id, worker))
        .values(
            worker=None,
            leased_until=None,
            not_before=until,
            tries=_COLUMNS.tries - 1,
            reason=_storable(reason),
        )
    )
    return conn.execute(statement).rowcount == 1


def _storable(reason):
    """Make what a driver says what any database can store."""
    text = reason[:_LONGEST_REASON].replace('\0', '')
    return text.encode(errors='backslashreplace').decode()


def rest(
    conn, operation_id: int, until: datetime.datetime, offer: Offer
) -> bool:
    """Let an operation that was claimed too often begin anew, later.

    :returns: False if it is gone, or was not
    """
    statement = (
        sa.update(_OPERATION)
        .where(_COLUMNS.id == operation_id, is_exhausted(offer))
        .values(worker=None, leased_until=None, not_before=until, tries=0)
    )
    return conn.execute(statement).rowcount == 1


def done_of(progress: Mapping[str, Any] | None) -> records.Done | None:
    """Return how much of how much is done.

    :returns: None where nobody knows, or a newer release counts otherwise
    """
    found = progress or {}
    done, total = found.get('done'), found.get('total')
    # An engine says 0 of 0 while it looks for what there is to do.
    if isinstance(done, int) and isinstance(total, int) and total > 0:
        return records.Done(done, total, found.get('unit'))
    return None


def note_progress(
    conn,
    operation_id: int,
    offer: Offer,
    progress: Mapping[str, Any],
    moves: bool = True,
) -> bool:
    """Note how far a step is; its lease begins anew.

    :param moves: whether its deadline does, too
    :returns: False if it is not this process's
    """
    # Never back: another process's clock may be ahead.
    moved_at = sa.case(
        (_COLUMNS.moved_at > offer.now, _COLUMNS.moved_at), else_=offer.now
    )
    values = {'progress': progress, 'leased_until': offer.until}
    if moves:
        values['moved_at'] = moved_at
    statement = (
        sa.update(_OPERATION)
        .where(*_is(operation_id, offer.worker))
        .values(values)
    )
    return conn.execute(statement).rowcount == 1


def _is(operation_id, worker):
    return _COLUMNS.id == operation_id, _COLUMNS.worker == worker


def cancel(conn, kind: str, resource_id: str) -> None:
    """End the exclusive operation on a resource, whoever has claimed it."""
    _cancel(conn, _COLUMNS.kind == kind, _COLUMNS.exclusive_id == resource_id)


def cancel_queue(conn, queue_id: str) -> None:
    """End the exclusive operations of a queue, whoever has claimed them."""
    _cancel(
        conn,
        _COLUMNS.queue_id == queue_id,
        _COLUMNS.exclusive_id.is_not(None),
    )


def _cancel(conn, *conditions):
    # Read first: a DELETE that finds nothing locks the gap (MySQL), and two
    # transactions that then insert into it are a deadlock.
    ids = list(conn.scalars(sa.select(_COLUMNS.id).where(*conditions)))
    if ids:
        conn.execute(sa.delete(_OPERATION).where(_COLUMNS.id.in_(ids)))


def open_on(conn, kind: str, resource_id: str) -> records.Operation | None:
    """Read the exclusive operation on a resource; None if there is none."""
    query = sa.select(_OPERATION).where(
        _COLUMNS.kind == kind, _COLUMNS.exclusive_id == resource_id
    )
    row = conn.execute(query).one_or_none()
    return row and records.Operation(*row)


def are_open_on(conn, kind: str, resource_id: str) -> bool:
    """Tell whether any operation is open on a resource."""
    query = sa.select(_COLUMNS.id).where(
        _COLUMNS.kind == kind, _COLUMNS.resource_id == resource_id
    )
    return conn.scalar(query.limit(1)) is not None


def lock(conn, operation_id: int, *conditions) -> records.Operation | None:
    """Lock an operation; None if it is gone or does not match.

    Its resource's row is to be locked before.
    """
    query = sa.select(_OPERATION).where(
        _COLUMNS.id == operation_id, *conditions
    )
    row = conn.execute(query.with_for_update()).one_or_none()
    return row and records.Operation(*row)


def remove(conn, operation_id: int) -> bool:
    """End an operation, whoever has claimed it; False if it is gone."""
    statement = sa.delete(_OPERATION).where(_COLUMNS.id == operation_id)
    return conn.execute(statement).rowcount == 1

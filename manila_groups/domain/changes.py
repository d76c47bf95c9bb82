# SPDX-License-Identifier: Apache-2.0
"""The one way in which the domain changes rows: lock, read, change, note.

A method under :func:`locked` gets a row that was locked before it was read.
No other transaction changes that row until this one ends, so its record stays
true. A transition writes the audit line and the event of the change, and
leaves the record as the row is afterwards.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import functools
from typing import Any
from typing import Concatenate
from typing import Generic
from typing import ParamSpec
from typing import Protocol
from typing import TypeVar

from oslo_utils import timeutils

from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import share_access_rules
from manila_groups.db import share_group_backups
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.db import transitions
from manila_groups.domain.events import base as events

#: The record of a row that a project has.
R = TypeVar(
    'R',
    bound=records.ShareGroup
    | records.Share
    | records.ShareGroupSnapshot
    | records.ShareGroupBackup,
)
#: The record of any row with a status.
W = TypeVar(
    'W',
    bound=records.ShareGroup
    | records.Share
    | records.ShareGroupSnapshot
    | records.ShareGroupBackup
    | records.AccessRule,
)
S = TypeVar('S', bound=db_api.HasDatabase)
P = ParamSpec('P')
T = TypeVar('T')


class Store(Protocol[W]):
    """A module of db with the rows of one kind."""

    ROWS: transitions.Rows

    def get(self, conn: db_api.Connection, row_id: str, /) -> W | None:
        """Read one row of any project."""

    def get_many(self, conn: db_api.Connection, ids: list[str], /) -> list[W]:
        """Read rows of any project; unknown ids are skipped."""


@dataclasses.dataclass(frozen=True)
class Kind(Generic[W]):
    """A kind of rows with a status.

    :ivar name: the kind, as in states
    """

    name: str
    store: Store[W]

    @property
    def rows(self) -> transitions.Rows:
        """The rows of this kind."""
        return self.store.ROWS


@dataclasses.dataclass(frozen=True)
class Owned(Kind[R]):
    """A kind of rows that belong to projects.

    :ivar sees_public: whether all projects see a row that is public
    """

    sees_public: bool = False

    def find(
        self,
        conn: db_api.Connection,
        ctxt: context.RequestContext,
        row_id: str,
    ) -> R:
        """Read a row that the caller may see.

        :raises NotFound: there is none
        """
        row = self.store.get(conn, row_id)
        if row is None or not self._sees(ctxt, row):
            raise exception.no_row(states.noun(self.name), row_id)
        return row

    def _sees(self, ctxt: context.RequestContext, row: R) -> bool:
        is_own = ctxt.visible_project in (None, row.project_id)
        return is_own or (
            self.sees_public and getattr(row, 'is_public', False)
        )


SHARE_GROUP = Owned(states.SHARE_GROUP, share_groups)
SHARE = Owned(states.SHARE, shares, sees_public=True)
SNAPSHOT = Owned(states.SHARE_GROUP_SNAPSHOT, share_group_snapshots)
BACKUP = Owned(states.SHARE_GROUP_BACKUP, share_group_backups)
SHARE_ACCESS = Kind(states.SHARE_ACCESS, share_access_rules)


class Locked(Generic[R]):
    """A row that no other transaction changes until this one ends.

    :ivar conn: the transaction's connection
    :ivar row: the row's record, as it is now
    :ivar ctxt: whose request it is
    """

    def __init__(
        self,
        conn: db_api.Connection,
        kind: Owned[R],
        row: R,
        ctxt: context.RequestContext,
    ):
        self.conn = conn
        self.row = row
        self.ctxt = ctxt
        self._kind = kind

    @property
    def kind(self) -> str:
        """The kind of the row, as in states."""
        return self._kind.name

    def transition(
        self,
        transition: states.Transition,
        *conditions: transitions.Condition,
        event: str | None = None,
        reason: str | None = None,
        **values: Any,
    ) -> bool:
        """Change the row's status, as the caller's request.

        :param conditions: of db, on the row
        :param event: what becomes known: verb or verb.phase
        :param reason: why, for the log
        :param values: columns that change with the status
        :returns: False when the transition does not expect the row's status,
            or a condition does not hold: nothing has changed then
        """
        changed = transit(
            self.conn,
            self._kind,
            self.row,
            transition,
            *conditions,
            reason=reason,
            request_id=self.ctxt.request_id,
            **values,
        )
        if changed is None:
            return False
        self.row = changed
        if event is not None:
            self.note(event)
        return True

    def update(self, **values: Any) -> None:
        """Change columns that no status machine guards."""
        values = {'updated_at': timeutils.utcnow(), **values}
        self._kind.rows.update(self.conn, self.row.id, values)
        self.row = dataclasses.replace(self.row, **values)

    def set_status(self, status: str) -> None:
        """Set the status by hand: no operation is begun by that."""
        self._kind.rows.set_status(
            self.conn, self.row.id, status, self.row.status
        )
        self.refresh()
        self.note('reset_status')

    def refresh(self) -> None:
        """Read the row again, after a change of what belongs to it."""
        self.row = self._kind.find(self.conn, self.ctxt, self.row.id)

    def note(self, event: str) -> None:
        """Let a change become known once the transaction is committed."""
        name = f'{self._kind.name}.{event}'
        events.note(self.conn, name, self.row, self.ctxt)


def transit(
    conn: db_api.Connection,
    kind: Kind[W],
    row: W,
    transition: states.Transition,
    *conditions: transitions.Condition,
    reason: str | None = None,
    **values: Any,
) -> W | None:
    """Change the status of a row.

    :param row: its record, read under its lock, or compared by a condition
    :param conditions: of db, on the row
    :param reason: why, for the log
    :param values: columns that change with the status
    :returns: the record as the row is now; None when the transition does not
        expect the row's status, or a condition does not hold: nothing has
        changed then
    """
    changes = kind.rows.transition(
        conn, row, transition, *conditions, reason=reason, **values
    )
    if changes is None:
        return None
    fields = {field.name for field in dataclasses.fields(row)}
    if changes.keys() <= fields and not _computes(changes):
        return dataclasses.replace(row, **changes)
    return kind.store.get(conn, row.id)


def transit_many(
    conn: db_api.Connection,
    kind: Kind[W],
    rows: Sequence[W],
    transition: states.Transition,
    *conditions: transitions.Condition,
    reason: str | None = None,
    callers: Mapping[str, Any] | None = None,
    **values: Any,
) -> list[W] | None:
    """Change the status of several rows, of all or of none: see transit().

    :param callers: the id of each row to a context or a record with who
        asked; None when the rows' records tell it
    :returns: the records as the rows are now, in their order; None when one
        does not match: the transaction is to be rolled back then
    """
    changes = kind.rows.transition_rows(
        conn,
        rows,
        transition,
        *conditions,
        reason=reason,
        callers=callers,
        **values,
    )
    if changes is None:
        return None
    fields = {field.name for field in dataclasses.fields(rows[0])}
    if changes.keys() <= fields and not _computes(changes):
        return [dataclasses.replace(one, **changes) for one in rows]
    found = {
        one.id: one
        for one in kind.store.get_many(conn, [one.id for one in rows])
    }
    return [found[one.id] for one in rows]


def _computes(changes: Mapping[str, Any]) -> bool:
    return any(map(transitions.is_computed, changes.values()))


def locked(
    kind: Owned[R], with_group: bool = False, with_content: bool = False
) -> Callable[
    [Callable[Concatenate[S, Locked[R], P], T]],
    Callable[Concatenate[S, context.RequestContext, str, P], T],
]:
    """Make a method one transaction that begins with the lock of a row.

    Its callers pass the context of a request and the id of the row; the
    method gets the locked row. It runs again from its start when the database
    chose its transaction as a deadlock's victim. It raises NotFound when the
    caller sees no such row.

    :param with_group: lock the share group that the row is in before it
    :param with_content: lock what is in the row, a share group, too
    """

    def decorate(
        method: Callable[Concatenate[S, Locked[R], P], T],
    ) -> Callable[Concatenate[S, context.RequestContext, str, P], T]:
        @functools.wraps(method)
        def run(
            self: S,
            ctxt: context.RequestContext,
            row_id: str,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> T:
            # Read in a transaction of its own: it never changes, and whoever
            # reads first in a transaction locks too late.
            group_id = None
            if with_group:
                group_id = _group_id(self._db, kind, ctxt, row_id)
            return locking(self, group_id, ctxt, row_id, *args, **kwargs)

        @db_api.transaction
        def locking(
            self: S,
            conn: db_api.Connection,
            group_id: str | None,
            ctxt: context.RequestContext,
            row_id: str,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> T:
            if group_id is not None:
                share_groups.ROWS.lock(conn, group_id)
            kind.rows.lock(conn, row_id)
            if with_content:
                lock_content(conn, row_id)
            row = kind.find(conn, ctxt, row_id)
            return method(self, Locked(conn, kind, row, ctxt), *args, **kwargs)

        return run

    return decorate


def lock_content(conn: db_api.Connection, group_id: str) -> None:
    """Lock what is in a share group that is locked, before it is read."""
    share_group_snapshots.ROWS.lock_many(
        conn, share_group_snapshots.in_group(group_id)
    )
    shares.ROWS.lock_many(conn, shares.in_group(group_id))


def _group_id(
    db: db_api.Database,
    kind: Owned[R],
    ctxt: context.RequestContext,
    row_id: str,
) -> str | None:
    with db.reader() as conn:
        return getattr(kind.find(conn, ctxt, row_id), 'share_group_id', None)


def lock_source(
    conn: db_api.Connection,
    kind: Owned[R],
    ctxt: context.RequestContext,
    field: str,
    row_id: str,
    missing: type[exception.ServiceError] = exception.Invalid,
    unusable: type[exception.ServiceError] = exception.Conflict,
) -> R:
    """Lock a row that a request names in a field, to make something of it.

    Must come before anything else is read in the transaction.

    :param missing: what to raise when the caller sees no such row
    :param unusable: what to raise when the row is not available
    :raises Invalid: the row belongs to another project
    """
    noun = states.noun(kind.name)
    kind.rows.lock(conn, row_id)
    try:
        row = kind.find(conn, ctxt, row_id)
    except exception.NotFound:
        raise missing(f'{field}: there is no {noun} {row_id}.') from None
    if row.project_id != ctxt.project_id:
        raise exception.Invalid(
            f'{field}: the {noun} {row_id} belongs to another project.'
        )
    if row.status != states.AVAILABLE:
        raise unusable(
            f'{field}: the {noun} {utils.label(row)} has the status '
            f'{row.status}; it '
            f'must be {states.AVAILABLE}.'
        )
    return row

# SPDX-License-Identifier: Apache-2.0
"""Operations for what the release before has begun, or has carried on.

It knows resources only, by their status, and no operations.  So a resource
may have a transitional status and no operation, or one that does not fit it
any more.
"""

from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from oslo_log import log
from oslo_utils import timeutils

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import operation_search as search
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import verb as verbs
from manila_groups.rpc import wake as wakes

LOG = log.getLogger(__name__)


class Adopter:
    """Begins, corrects and ends operations by their resources' statuses.

    :param waker: wakes who goes on with them
    """

    def __init__(
        self,
        db: db_api.Database,
        registry: registries.Registry,
        waker: wakes.Waker,
    ):
        self._db = db
        self._registry = registry
        self._waker = waker

    def adopt_all(self) -> None:
        """Begin the operations that resources lack, wherever they are."""
        for verb in self._registry.verbs:
            self._adopt_some(verb)

    def adopt_at(self, place: str) -> None:
        """Begin those of resources at one back end, and its clean-ups.

        Schedulers of the release before would not.

        :param place: host@backend
        """
        for verb in self._registry.verbs:
            self._adopt_some(verb, verb.resource.rows.at_backend(place))
        with self._db.reader() as conn:
            found = attempts.not_cleaned(conn, place)
        for one in found:
            utils.call_logging_errors(self._adopt_clean_up, one)

    def adopt(self, kind: str, row_id: str) -> None:
        """Begin, or correct, the operation that one resource needs.

        For messages of the release before, which name the resource.
        """
        with self._db.reader() as conn:
            found = operations.open_on(conn, kind, row_id)
        if found is not None and not self.correct([found]):
            return
        for verb in self._registry.of_resource(kind):
            self._adopt_some(verb, verb.resource.rows.is_row(row_id))

    def _adopt_some(self, verb, *conditions):
        for row_id in self._strays(verb, *conditions):
            utils.call_logging_errors(self._adopt, verb, row_id)

    def _strays(self, verb, *conditions):
        rows = verb.resource.rows
        alone = search.has_none(verb.kind, rows.id)
        with self._db.reader() as conn:
            if verb.find_strays is not None:
                return verb.find_strays(conn, alone, *conditions)
            if not verb.during:
                return []
            return rows.unfinished(
                conn, verb.during, alone, *verb.is_own, *conditions
            )

    def _adopt(self, verb, row_id):
        found = self._begin_for(verb, row_id)
        if found is not None:
            LOG.info(
                'The %s %s had no operation; began to %s it',
                states.noun(verb.kind),
                row_id,
                verb.name,
            )
            self._waker.wake(found)

    @db_api.transaction
    def _begin_for(self, conn, verb, row_id):
        rows = verb.resource.rows
        if not rows.lock(conn, row_id):
            return None
        # Looked for again under the lock: another process may have been here.
        if operations.open_on(conn, verb.kind, row_id) is not None:
            return None
        row = utils.present(verb.resource.store.get(conn, row_id))
        if not verbs.fits(verb, row):
            return None
        if verb.during and row.stepped_at is None:
            # Set by hand.
            return None
        tried = sorted(attempts.pools_tried(conn, row_id))
        return beginning.begin(
            conn,
            verb,
            row,
            payload={'tried': tried} if tried else None,
            forced=bool(verb.during) and row.forced,
        )

    # Operations that do not fit their resource any more.

    def correct(self, found: Sequence[records.Operation]) -> bool:
        """Replace, or end, those operations that are wrong.

        :returns: whether any was
        """
        by_verb: dict[verbs.Verb, list[records.Operation]] = {}
        for one in found:
            known = self._registry.find(one)
            if known is not None and known[0].exclusive:
                by_verb.setdefault(known[0], []).append(one)
        wrong = [
            (verb, one)
            for verb, some in by_verb.items()
            for one in self._misplaced(verb, some)
        ]
        for verb, one in wrong:
            utils.call_logging_errors(self._correct_one, verb, one)
        return bool(wrong)

    def _misplaced(self, verb, found):
        ids = [one.resource_id for one in found]
        with self._db.reader() as conn:
            rows = {
                one.id: one for one in verb.resource.store.get_many(conn, ids)
            }
        return [
            one
            for one in found
            if not _is_right(verb, one, rows.get(one.resource_id))
        ]

    def _correct_one(self, verb, operation):
        found = self._replace(verb, operation)
        if found is not None:
            self._waker.wake(found)

    @db_api.transaction
    def _replace(self, conn, verb, operation):
        verb.resource.rows.lock(conn, operation.resource_id)
        locked = operations.lock(conn, operation.id)
        if locked is None:
            return None
        row = verb.resource.store.get(conn, operation.resource_id)
        if _is_right(verb, locked, row):
            return None
        if row is None or not verbs.fits(verb, row):
            if row is None or self._registry.knows(verb, row.status):
                operations.remove(conn, operation.id)
            return None
        tried = attempts.pools_tried(conn, row.id)
        tried |= set(locked.payload.get('tried', ()))
        return beginning.begin(
            conn,
            verb,
            row,
            payload={**locked.payload, 'tried': sorted(tried)},
            forced=locked.forced or (bool(verb.during) and row.forced),
        )

    @db_api.transaction
    def _adopt_clean_up(self, conn, attempt):
        if attempts.take_over(conn, attempt):
            verb = self._registry.verb(attempt.kind, removing.CLEAN_UP)
            row = _Left(
                id=attempt.id,
                host=attempt.pool,
                project_id=attempt.project_id,
                share_group_id=attempt.share_group_id,
            )
            beginning.begin_many(conn, verb, [row])


@dataclasses.dataclass(frozen=True, slots=True)
class _Left:
    """A resource that has left a pool, as far as the pool has to know it."""

    id: str
    host: str
    project_id: str
    share_group_id: str | None
    user_id: str | None = None
    request_id: str | None = None


def leased_until(row: Any) -> datetime.datetime | None:
    """Tell until when a process of the release before works on a resource.

    It does not claim operations, but leases rows; it may still be about to
    finish its work when another process of its back end has started.

    :returns: None if none does, or its lease has expired
    """
    if getattr(row, 'worker', None) is None:
        return None
    until: datetime.datetime = row.leased_until
    return until if until >= timeutils.utcnow() else None


def has_moved(
    verb: verbs.Verb, operation: records.Operation, row: Any
) -> bool:
    """Tell whether the release before has moved a resource on.

    Whoever knows operations moves the operation with its resource, and a
    moment later.
    """
    if not verb.during or row.stepped_at is None:
        return False
    return row.stepped_at > operation.moved_at


def _is_right(verb, operation, row) -> bool:
    """Tell whether an operation does what its resource needs."""
    if row is None or not verbs.fits(verb, row):
        return False
    if has_moved(verb, operation, row):
        return False
    step = verb.step(verb.locate(row))
    return step is not None and operation.runs_at == verbs.place_of(step, row)

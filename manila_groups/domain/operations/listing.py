# SPDX-License-Identifier: Apache-2.0
"""Operations, for the people who look at them."""

from collections.abc import Mapping

from manila_groups.db import api as db_api
from manila_groups.db import operation_search as search
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.domain.operations import deadlines
from manila_groups.domain.operations import registry as registries


def under_way(
    db: db_api.Database,
    filters: Mapping[str, str] | None = None,
    older_than: float | None = None,
) -> list[records.Operation]:
    """Read the operations that have not ended, oldest first.

    :param filters: kind, verb, resource_id and backend, or some of them;
        backend is the name of a back end, host@backend, or 'schedulers'
    :param older_than: only those that began so many seconds ago
    """
    conditions = [
        search.at_backend(value)
        if name == 'backend'
        else search.equals(name, value)
        for name, value in (filters or {}).items()
    ]
    if older_than is not None:
        before = deadlines.before(older_than)
        conditions.append(search.began_before(before))
    with db.reader() as conn:
        return search.find(conn, *conditions)


def unfinished(
    db: db_api.Database, registry: registries.Registry
) -> list[str]:
    """Name what has to end in time, oldest first: "kind id (status)".

    Not what is tried for ever, whatever becomes of it.
    """
    endless = frozenset(registry.endless())
    return [
        f'{one.kind} {one.resource_id} ({_status(registry, one)})'
        for one in under_way(db)
        if (one.kind, one.verb, one.step) not in endless
    ]


def _status(
    registry: registries.Registry, operation: records.Operation
) -> str:
    """What shows that an operation is under way: a status, or its verb."""
    known = registry.find(operation)
    return next(iter(known[0].during if known else ()), operation.verb)


@db_api.retry_on_deadlock
def end_all_leases(db: db_api.Database) -> None:
    """End the leases of all processes, when none of them runs any more.

    Their operations are then taken up at once, and not when the leases expire.
    """
    with db.writer() as conn:
        operations.give_back(conn)

# SPDX-License-Identifier: Apache-2.0
"""How operations begin: in the transaction that changes their resource."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils

from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.domain.operations import verb as verbs
from manila_groups.rpc import wake


def begin(
    conn: db_api.Connection,
    verb: verbs.Verb,
    row: Any,
    *,
    payload: Mapping[str, Any] | None = None,
    forced: bool = False,
) -> wake.Wake:
    """Begin an operation on a row that the transaction has locked.

    It takes the place of an exclusive operation that is open.

    :param row: the row's record as it is now, with who asked
    :returns: who has to be woken after the commit
    """
    if verb.exclusive:
        operations.cancel(conn, verb.kind, row.id)
    (wake,) = begin_many(conn, verb, [row], payload=payload, forced=forced)
    return wake


def begin_many(
    conn: db_api.Connection,
    verb: verbs.Verb,
    rows: Iterable[Any],
    *,
    payload: Mapping[str, Any] | None = None,
    forced: bool = False,
) -> list[wake.Wake]:
    """Begin operations on rows that the transaction has added.

    :returns: who has to be woken after the commit
    """
    values = [
        operation_values(verb, row, payload=payload, forced=forced)
        for row in rows
    ]
    operations.begin(conn, values)
    return [
        wake.Wake(one['runs_at'], one['kind'], one['resource_id'])
        for one in values
    ]


def operation_values(
    verb: verbs.Verb,
    row: Any,
    *,
    payload: Mapping[str, Any] | None = None,
    forced: bool = False,
) -> dict[str, Any]:
    """Make the columns of a new operation."""
    step = verb.step(verb.locate(row))
    if step is None:
        raise LookupError(f'{verb.name}: no step {verb.locate(row)}')
    return {
        'kind': verb.kind,
        'resource_id': row.id,
        'exclusive_id': row.id if verb.exclusive else None,
        'queue_id': verbs.queue_of(step, row),
        'verb': verb.name,
        'step': step.name,
        'runs_at': verbs.place_of(step, row),
        'payload': {**verb.payload(row), **(payload or {})},
        'forced': forced,
        'project_id': row.project_id,
        'user_id': row.user_id,
        'request_id': row.request_id,
        'moved_at': timeutils.utcnow(),
    }

# SPDX-License-Identifier: Apache-2.0
"""Clean-ups: back ends remove what a resource that is gone may have left.

Beside each kind's other verbs; they are tried until they succeed.
"""

from collections.abc import Sequence
import dataclasses

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import shares
from manila_groups.domain import changes
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs

CLEAN_UP = 'clean_up'


@dataclasses.dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a resource in a pool that it is not in any more.

    :ivar host: the pool, as host@backend#pool
    :ivar group_size: the sum of the sizes of the shares in its group, in GiB
    :ivar source_share_group_id: the group that it was made from
    :ivar reference: the name of a complete backup in its repository
    """

    id: str
    project_id: str
    share_group_id: str | None
    host: str
    group_size: int
    source_share_group_id: str | None = None
    reference: str | None = None


def _payload(row):
    """What the clean-up after a resource has to know.

    :param row: its record, from before it left its pool
    """
    return {
        'pool': row.host,
        'share_group_id': getattr(row, 'share_group_id', None),
        'source_share_group_id': getattr(row, 'source_share_group_id', None),
        'reference': getattr(row, 'reference', None),
    }


def _load_of(kind):
    def load(conn, operations: Sequence[records.Operation]):
        ids = [one.resource_id for one in operations]
        rows = {one.id: one for one in kind.store.get_many(conn, ids)}
        groups = [one.payload['share_group_id'] for one in operations]
        sizes = shares.claimed_in(conn, [one for one in groups if one])
        return {
            one.resource_id: (_remains(one, sizes), rows.get(one.resource_id))
            for one in operations
        }

    return load


def _remains(operation, sizes):
    group_id = operation.payload['share_group_id']
    return Remains(
        operation.resource_id,
        operation.project_id,
        group_id,
        operation.payload['pool'],
        sizes.get(group_id, 0),
        operation.payload.get('source_share_group_id'),
        operation.payload.get('reference'),
    )


def is_there(task: verbs.Task) -> bool:
    """Tell whether the resource is, or may come to be, in the pool again."""
    row = task.work
    if row is None:
        return False
    known = states.STATUSES[task.verb.resource.name]
    may_come = row.status == states.CREATING or row.status not in known
    return may_come or row.host == task.row.host


def _done(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    tx.end(tasks)


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    tx.put_off(task)


def verb(kind: changes.Owned, done: verbs.Done = _done) -> verbs.Verb:
    """Make the clean-up of a kind.

    :param done: records one that has succeeded, and ends it
    """
    step = verbs.Step(
        name=CLEAN_UP,
        at=verbs.Place.BACKEND,
        load=_load_of(kind),
        done=done,
        failed=_failed,
        overdue=None,
        gone=verbs.WAIT,
    )
    return verbs.Verb(
        name=CLEAN_UP,
        kind=kind.name,
        resource=kind,
        steps=(step,),
        locate=lambda _row: CLEAN_UP,
        payload=_payload,
        exclusive=False,
    )


SHARE_GROUP = verb(changes.SHARE_GROUP)
SHARE_GROUP_SNAPSHOT = verb(changes.SNAPSHOT)
SHARE = verb(changes.SHARE)

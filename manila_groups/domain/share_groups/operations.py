# SPDX-License-Identifier: Apache-2.0
"""What is at work on a share group, for its users."""

import dataclasses
import datetime

from oslo_utils import timeutils

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import messages as message_rows
from manila_groups.db import operation_search as search
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import removing

WAITING, RUNNING, FAILED = STATUSES = ('waiting', 'running', 'failed')

#: The most operations of one group that are read.
MOST = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """An operation that is open, or the one that has failed last.

    :ivar status: one of STATUSES
    :ivar progress: how much of its present step is done, in percent
    :ivar done_bytes: the same in bytes, where it counts bytes
    :ivar total_bytes: of how many
    :ivar updated_at: the time of its last step or progress
    :ivar reason: why its last try did not succeed; of one that is open, only
        administrators read it
    :ivar message_id: the user message of one that has failed
    :ivar host: who does the present step: 'schedulers' or host@backend
    """

    resource_type: str
    resource_id: str
    verb: str
    step: str | None
    status: str
    progress: int | None
    tries: int | None
    reason: str | None
    request_id: str | None
    message_id: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    host: str | None = None
    worker: str | None = None
    done_bytes: int | None = None
    total_bytes: int | None = None


class Operations:
    """The operations of share groups."""

    def __init__(self, db: db_api.Database):
        self._db = db

    def find_group(self, ctxt, group_id: str) -> records.ShareGroup:
        """Read the share group.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.reader() as conn:
            return changes.SHARE_GROUP.find(conn, ctxt, group_id)

    def list_of(self, ctxt, group: records.ShareGroup) -> list[Progress]:
        """Read what is at work on a group and on what is in it, oldest first.

        A group with an error as its status begins with what has failed last.
        Administrators also see what removes the rest of deletions.

        :returns: at most MOST of those that are open
        """
        wanted = [search.equals('queue_id', group.id)]
        if not ctxt.is_admin:
            wanted.append(search.differs('verb', removing.CLEAN_UP))
        with self._db.snapshot() as conn:
            found = search.find(conn, *wanted, limit=MOST)
            failed = _find_failed(conn, group)
        now = timeutils.utcnow()
        return [*failed, *(_of_open(one, now, ctxt.is_admin) for one in found)]


def _find_failed(conn, group):
    if states.ERROR not in group.status:
        return []
    kind = messages.resource_type(states.SHARE_GROUP)
    found = message_rows.newest_of(conn, kind, group.id)
    return [] if found is None else [_of_failed(found)]


def _of_failed(message: records.Message) -> Progress:
    return Progress(
        resource_type=states.SHARE_GROUP,
        resource_id=message.resource_id,
        verb=messages.verb(message.action_id),
        step=None,
        status=FAILED,
        progress=None,
        tries=None,
        reason=message.user_message,
        request_id=message.request_id,
        message_id=message.id,
        created_at=message.created_at,
        updated_at=message.created_at,
    )


def _of_open(operation: records.Operation, now, is_admin) -> Progress:
    until = operation.leased_until
    found = operations.done_of(operation.progress)
    done, total = found.in_bytes() if found else (None, None)
    return Progress(
        resource_type=operation.kind,
        resource_id=operation.resource_id,
        verb=operation.verb,
        step=operation.step,
        status=RUNNING if until is not None and until > now else WAITING,
        progress=found and found.percent,
        tries=operation.tries,
        reason=operation.reason if is_admin else None,
        request_id=operation.request_id,
        message_id=None,
        created_at=operation.created_at,
        updated_at=operation.moved_at,
        host=operation.runs_at,
        worker=operation.worker,
        done_bytes=done,
        total_bytes=total,
    )

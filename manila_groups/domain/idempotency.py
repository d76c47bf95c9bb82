# SPDX-License-Identifier: Apache-2.0
"""Idempotent creation: a request that is sent again creates nothing more.

The context of a request carries its key. The event that a creation notes
tells what it has made, and :func:`record` writes the key's row in the same
transaction: either both rows are there, or neither is. Of two requests with
the same key the second one waits for the first one's transaction, and is
rolled back when that has been committed.
"""

import datetime

from oslo_utils import timeutils

from manila_groups import context
from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import idempotency_keys as rows
from manila_groups.db import records
from manila_groups.domain.events import base as events

#: How long a key is kept.
KEPT = datetime.timedelta(hours=24)

#: The kinds of what can be created so, with the verbs of the events of which
#: each creation notes one in its transaction.
EVENTS = {
    'share_group': ('create.start',),
    'share_group_snapshot': ('create.start',),
    'share_group_backup': ('create.start', 'import.start'),
    'share': ('create.start',),
    'share_access': ('allow.start',),
    'share_network': ('create',),
    'share_network_subnet': ('create',),
    'share_type': ('create',),
    'share_group_type': ('create',),
}

#: How many old keys one transaction removes.
_MOST = 1000


def record(conn: db_api.Connection, event) -> None:
    """Write the key of a request whose creation an event tells of.

    :param event: any that a transaction has noted
    :raises Conflict: another request with the key has come first
    """
    if not isinstance(event, events.Event):
        return
    creation = getattr(event.caller, 'creation', None)
    if creation is None or event.noun != creation.kind:
        return
    if event.verb in EVENTS[creation.kind]:
        made = records.IdempotencyKey(
            project_id=creation.project_id,
            idempotency_key=creation.key,
            digest=creation.digest,
            kind=creation.kind,
            resource_id=event.row.id,
            created_at=timeutils.utcnow(),
        )
        rows.insert(conn, made)


class Creations:
    """What requests have created under their keys."""

    def __init__(self, db: db_api.Database):
        self._db = db

    def find(self, creation: context.Creation) -> str | None:
        """Find what the same request has created before.

        :returns: the id of the resource, which may be gone; None for nothing
        :raises Unprocessable: another request had the key
        """
        with self._db.reader() as conn:
            found = rows.get(conn, creation.project_id, creation.key)
        if found is None:
            return None
        if found.created_at < _oldest():
            self._forget(creation)
            return None
        if found.digest != creation.digest:
            raise exception.Unprocessable(
                f"Idempotency-Key: the key '{creation.key}' belongs to "
                'another request; method, path and body must be the same '
                f'when a key is used again within {_hours()} hours.'
            )
        return found.resource_id

    @db_api.transaction
    def _forget(self, conn, creation):
        rows.delete_old(conn, creation.project_id, creation.key, _oldest())


def forget_old(conn: db_api.Connection) -> bool:
    """Remove keys that count no more.

    :returns: whether more of them may be left
    """
    return rows.delete_oldest(conn, _oldest(), _MOST) >= _MOST


def _oldest():
    return timeutils.utcnow() - KEPT


def _hours():
    return KEPT // datetime.timedelta(hours=1)

# SPDX-License-Identifier: Apache-2.0
"""User messages: why an operation failed after its request was accepted."""

import datetime

from oslo_utils import timeutils
from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import messages
from manila_groups.db import records
from manila_groups.domain.events import base as events

ERROR = 'ERROR'

#: The names of kinds, as clients know them.
_RESOURCE_TYPES = {
    states.SHARE_GROUP: 'SHARE_GROUP',
    states.SHARE: 'SHARE',
    states.SHARE_GROUP_SNAPSHOT: 'SHARE_GROUP_SNAPSHOT',
    states.SHARE_GROUP_BACKUP: 'SHARE_GROUP_BACKUP',
}

#: The actions, as numbers that clients know.
ALLOCATE_HOST = '001'
CREATE = '002'
REVERT = '006'
DELETE = '007'
EXTEND = '008'
SHRINK = '009'
UPDATE_ACCESS_RULES = '010'
RESTORE = '028'
BACK_UP = '101'
IMPORT = '102'

#: The actions' verbs in events.
_VERBS = {
    ALLOCATE_HOST: 'create',
    CREATE: 'create',
    REVERT: 'revert',
    DELETE: 'delete',
    EXTEND: 'extend',
    SHRINK: 'shrink',
    RESTORE: 'restore',
    IMPORT: 'import',
}

#: The causes, as numbers; those above 100 are this service's own.
NO_VALID_HOST = '002'
DRIVER_FAILED = '101'
POSSIBLE_DATA_LOSS = '102'
TIMED_OUT = '103'
REFUSED = '104'
SOURCE_DELETED = '105'


def add(
    conn,
    conf,
    kind: str,
    row,
    action: str,
    detail: str,
    text: str,
) -> None:
    """Add a message for the users of a row's project.

    :param kind: the kind of the row, as in states
    :param row: its record after the failure
    :param text: without names of hosts: every user of the project can read it
    """
    now = timeutils.utcnow()
    ttl = datetime.timedelta(seconds=conf.service.message_ttl)
    messages.insert(
        conn,
        records.Message(
            id=uuidutils.generate_uuid(),
            project_id=row.project_id,
            request_id=row.request_id,
            resource_type=_RESOURCE_TYPES[kind],
            resource_id=row.id,
            action_id=action,
            detail_id=detail,
            message_level=ERROR,
            user_message=text,
            created_at=now,
            expires_at=now + ttl,
        ),
    )
    if action in _VERBS:
        event = f'{kind}.{_VERBS[action]}.error'
        events.note(conn, event, row, reason=text)


def resource_type(kind: str) -> str:
    """Return the name of a kind in messages."""
    return _RESOURCE_TYPES[kind]


def verb(action: str) -> str:
    """Return the verb that an action of a message is part of."""
    return _VERBS.get(action, 'update')


class Messages:
    """The messages that a caller may see."""

    def __init__(self, db: db_api.Database):
        self._db = db

    def list_page(
        self, ctxt, filters: dict, page: paging.Page
    ) -> tuple[list[records.Message], bool]:
        """Read one page of the messages that the caller may see.

        :param filters: keys of db.messages.FILTERS; project_id, and
            all_tenants (a boolean, true by default), are only for
            administrators
        :raises Invalid: an unknown marker
        """
        filters = dict(filters)
        everywhere = filters.pop('all_tenants', True) and ctxt.is_admin
        if not everywhere:
            filters['project_id'] = ctxt.project_id
        with self._db.reader() as conn:
            return messages.list_page(conn, filters, page)

    def get(self, ctxt, message_id: str) -> records.Message:
        """Read one message.

        :raises NotFound: there is no message that the caller may see
        """
        with self._db.reader() as conn:
            return self._get(conn, ctxt, message_id)

    def _get(self, conn, ctxt, message_id):
        found = messages.get(conn, message_id)
        visible = ctxt.visible_project
        if found is None or visible not in (None, found.project_id):
            raise exception.no_row('message', message_id)
        return found

    @db_api.transaction
    def delete(self, conn, ctxt, message_id: str) -> None:
        """Delete one message.

        :raises NotFound: there is no message that the caller may see
        """
        self._get(conn, ctxt, message_id)
        messages.delete(conn, message_id)

# SPDX-License-Identifier: Apache-2.0
"""What the lifecycles of all kinds of rows have in common.

The scheduler and the back ends take the steps.  Each is one transaction with
one conditional UPDATE of the row, so that a step that comes twice, late, or
beside another finds that it is not its turn, and changes nothing.
"""

import dataclasses
import datetime
import types

from oslo_utils import timeutils

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import stepping
from manila_groups.groups import events
from manila_groups.groups import messages


class Steps:
    """The steps of one kind of rows.

    :cvar kind: the kind, as in states
    :cvar store: the module with the rows: ROWS, and get()
    :cvar work: the statuses in which a row waits for its back end
    :cvar conditions: SQL conditions on the rows that have work of their own
    """

    kind: str
    store: types.ModuleType
    work: tuple[str, ...]
    conditions = ()

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db

    @property
    def rows(self) -> stepping.Rows:
        """The rows of this kind."""
        return self.store.ROWS

    def get(self, row_id: str):
        """Read one row; None when there is none."""
        with self._db.reader() as session:
            return self.store.get(session, row_id)

    def is_placed(self, row) -> bool:
        """Tell whether a row is still in the pool that this record has."""
        now = self.get(row.id)
        return now is not None and now.host == row.host

    def is_stuck(self, row) -> bool:
        """Tell whether the last step of a row is too long ago."""
        last = row.stepped_at
        return last is not None and last < stuck(self._conf)

    def unfinished_at(self, host: str, every: bool) -> list[str]:
        """Ids of rows whose work a back end has left unfinished.

        :param host: host@backend
        :param every: also those that have not waited long
        """
        with self._db.reader() as session:
            return self.rows.unfinished(
                session,
                self.work,
                *self.conditions,
                self.rows.at_backend(host),
                *waited(self._conf, self.rows, every),
            )

    def _fail(
        self,
        session,
        row,
        step: states.Step,
        action: str,
        text: str,
        *conditions,
    ) -> bool:
        """End what a driver could not do, and tell the project's users.

        :param conditions: further SQL conditions on the row
        :returns: False when it was not the row's turn; nothing has changed
        """
        failed = self.rows.take_step(session, row.id, step, *conditions)
        if failed:
            row = dataclasses.replace(row, status=step.becomes)
            self._tell(session, row, action, messages.DRIVER_FAILED, text)
        return failed

    def _note(self, session, verb: str, row, **changes) -> None:
        """Let a step become known.

        :param changes: what the step has changed of the record
        """
        row = dataclasses.replace(row, **changes)
        events.note(session, f'{self.kind}.{verb}', row)

    def _tell(self, session, row, action: str, detail: str, text: str):
        """Tell the project's users why a step failed."""
        messages.add(session, self._conf, self.kind, row, action, detail, text)


def waited(conf, rows: stepping.Rows, every: bool) -> list:
    """SQL conditions on rows that are looked for because they wait.

    :param every: also those that have not waited long
    """
    return [] if every else [rows.stepped_before(stuck(conf))]


def is_at_work(row, statuses: tuple[str, ...], host: str) -> bool:
    """Tell whether a row waits for a back end.

    :param row: its record; None when there is none
    :param statuses: those that it waits in
    :param host: host@backend
    """
    return (
        row is not None
        and row.status in statuses
        and row.stepped_at is not None
        and (row.host or '').startswith(f'{host}#')
    )


def stuck(conf) -> datetime.datetime:
    """Before this time, a step is too long ago."""
    seconds = conf.service.stuck_after
    return timeutils.utcnow() - datetime.timedelta(seconds=seconds)

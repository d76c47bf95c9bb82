# SPDX-License-Identifier: Apache-2.0
"""A back end that is killed at a line of its code, and started again.

All that outlives its process is in files: an SQLite database and the
directories of the driver "local". So what was there before can be put back
as often as there are lines.
"""

import collections
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import sys

import fixtures
from oslo_context import fixture as context_fixture
import sqlalchemy as sa

import manila_groups
from manila_groups.db import models
from manila_groups.domain.events import base as events
from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests import servers
from manila_groups.tests.unit.backend import local_case

#: Each line of the drivers too, and each time that it is come to.
THOROUGH = 'MANILA_GROUPS_TEST_STEPS' in os.environ
_PACKAGE = os.path.dirname(manila_groups.__file__)
#: The code whose lines count: the engine with its runner, the verbs, the runs
#: and the driver, whose changes test_local_killed is cut short at.
CODE = tuple(os.path.join(_PACKAGE, one, '') for one in ('backend', 'domain'))
LEFT_OUT = () if THOROUGH else os.path.join(_PACKAGE, 'backend', 'drivers')
HOST = 'host@alpha'


class Lines:
    """The lines that a function comes to, told to a callable.

    :param reached: called with (file, line), before the line is run
    """

    def __init__(self, reached):
        self._reached = reached

    def run(self, function) -> None:
        """Run a function."""
        # Such as the one that measures coverage.
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            function()
        finally:
            sys.settrace(before)

    def _enter(self, frame, _event, _argument):
        file = frame.f_code.co_filename
        counts = file.startswith(CODE) and not file.startswith(LEFT_OUT)
        return self._step if counts else None

    def _step(self, frame, event, _argument):
        if event == 'line':
            self._reached((frame.f_code.co_filename, frame.f_lineno))
        return self._step


class KilledTestCase(base.TestCase):
    """One back end on plain directories.

    :ivar service: the service without threads
    """

    def setUp(self):
        super().setUp()
        temp = self.useFixture(fixtures.TempDir(rootdir=base.in_memory()))
        self.path = pathlib.Path(temp.path) / 'alpha'
        self._kept = pathlib.Path(temp.path) / 'kept'
        self._heard = pathlib.Path(temp.path) / 'heard'
        self._written = set()
        url = servers.lend_database(self, None)
        self._file = pathlib.Path(sa.make_url(url).database)
        self.service = self.useFixture(
            inprocess.InProcess(
                {
                    'DEFAULT': {'enabled_backends': ['alpha']},
                    'database': {'connection': url},
                    'alpha': {
                        'driver': 'local',
                        'local_path': str(self.path),
                        'local_privileges': 'none',
                    },
                }
            )
        )

    # What is there before, and is put back.

    def keep(self):
        """Take down all that there is."""
        self.service.db.dispose()
        self._backend = self.service.backends[HOST]
        shutil.copytree(self.path, self._kept / 'alpha', symlinks=True)
        shutil.copyfile(self._file, self._kept / 'sqlite')

    def put_back(self):
        """Let all be as it was when it was taken down."""
        self.service.db.dispose()
        for end in ('-wal', '-shm'):
            pathlib.Path(f'{self._file}{end}').unlink(missing_ok=True)
        shutil.copyfile(self._kept / 'sqlite', self._file)
        shutil.rmtree(self.path)
        shutil.copytree(self._kept / 'alpha', self.path, symlinks=True)
        self._heard.unlink(missing_ok=True)
        self.service.messages.clear()
        self.service.events.clear()
        self.service.backends[HOST] = self._backend
        self.service.clock.stop()

    # The process that is killed.

    def work(self):
        """Do all that waits for the back end."""
        self.service.backends[HOST].runner.run_all()

    def lines_of(self, function) -> list:
        """Run a function undisturbed, in a process of its own.

        :returns: the lines that it came to, in order: (file, line) and how
            often it has come there then
        """
        found = []
        file = self._kept / 'lines'

        def run():
            Lines(found.append).run(function)
            file.write_text(json.dumps(found))

        self.assertEqual(0, self._in_child(run))
        times, lines = collections.Counter(), []
        for line in map(tuple, json.loads(file.read_text())):
            times[line] += 1
            if times[line] == 1 or THOROUGH:
                lines.append((line, times[line]))
        return lines

    def kill_at(self, line, time, function):
        """Run a function, killed when it comes to a line again.

        :param time: how often it has come there then
        """
        seen = collections.Counter()

        def reached(there):
            seen[there] += 1
            if there == line and seen[there] == time:
                os.kill(os.getpid(), signal.SIGKILL)

        status = self._in_child(lambda: Lines(reached).run(function))
        self.assertTrue(os.WIFSIGNALED(status), (line, status))

    def _in_child(self, function):
        def run():
            self.service.db._listeners = (self._hear,)
            # A new process acts for nobody yet.
            context_fixture.ClearRequestContext().setUp()
            function()
            self.service.db.dispose()

        return local_case.in_child(run)

    def _hear(self, event):
        if not isinstance(event, events.Event):
            return
        with self._heard.open('a') as file:
            file.write(f'{_describe(event)}\n')

    # The one that comes after it.

    def restart(self):
        """Start the back end again, and let it find what was left."""
        service = self.service
        service.stop_backend('alpha')
        service.clock.advance(service.conf.service.down_time + 1)
        service.start_backend('alpha')
        service.reconcile()
        service.deliver_all()

    def heard(self) -> collections.Counter:
        """What became known, by what and of which row: from both."""
        lines = []
        if self._heard.exists():
            lines = self._heard.read_text().splitlines()
        return collections.Counter(
            [*lines, *map(_describe, self.service.events)]
        )

    def state(self) -> str:
        """All that outlives the back end, to be compared."""
        tree = sorted(self.path.rglob('*'))
        with contextlib.closing(sqlite3.connect(self._file)) as connection:
            rows = [
                connection.execute(f'SELECT * FROM {table.name}').fetchall()
                for table in models.Base.metadata.sorted_tables
            ]
        return repr([(str(one), _read(one)) for one in tree] + rows)

    def check_content(self):
        """Compare the directories with the rows."""
        groups = {one.id for one in self.service.all_groups() if one.host}
        members = {
            (one.share_group_id, one.id) for one in self.service.all_shares()
        }
        snapshots = {one.id for one in self.service.all_snapshots()}
        self.assertEqual(groups, set(os.listdir(self.path / 'groups')))
        self.assertEqual(
            members,
            {one.parts[-2:] for one in self.path.glob('groups/*/*')},
        )
        self.assertEqual(snapshots, set(os.listdir(self.path / 'snapshots')))
        for directory in ('shares', 'drafts', 'trash'):
            self.assertEqual([], os.listdir(self.path / directory))
        self.check_bytes()

    def check_bytes(self):
        """Check that shares, snapshots and clones hold what they should."""
        shares = {one.id: one for one in self.service.all_shares()}
        sources = {
            member.id: member.share_id
            for snapshot in self.service.all_snapshots()
            for member in snapshot.members
        }
        for one in shares.values():
            home = self.path / 'groups' / one.share_group_id / one.id
            source = sources.get(
                one.source_share_group_snapshot_member_id, one.id
            )
            expected = source if source in self._written else None
            self.assertEqual(expected, _read(home / 'file'))
        for snapshot in self.service.all_snapshots():
            for member in snapshot.members:
                copy = self.path / 'snapshots' / snapshot.id / member.share_id
                self.assertEqual(member.share_id, _read(copy / 'file'))

    def write(self, group_id):
        """Write something into each share of a group."""
        for one in (self.path / 'groups' / group_id).iterdir():
            (one / 'file').write_text(one.name)
            self._written.add(one.name)


def _read(file):
    return file.read_text() if file.is_file() else None


def _describe(event):
    return f'{event.type} {event.row.id}'

# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with repositories, on the servers that keep them."""

import os
import threading
import unittest

import fixtures

from manila_groups import exception
from manila_groups.backup import retries
from manila_groups.tests import inprocess
from manila_groups.tests.long import backup_case
from manila_groups.tests.long import killed_case
from manila_groups.tests.long import repository_servers
from manila_groups.tests.long import swift_server
from manila_groups.tests.unit.backend import local_case

_MIB = 2**20
#: KiB in a second: slow enough for something to happen meanwhile.
SLOW = 8 * 1024
LARGE = 8 * _MIB


#: Why a server is left out: another one does the same.
_FURTHER = 'MANILA_GROUPS_TEST_STEPS is not set'


class Repositories(backup_case.BackupCase):
    """A group whose shares have a large file each.

    :cvar make_server: makes the server
    :cvar full: what is said when its disk is full
    :cvar is_named: whether the backups are found that damage is in
    :cvar damaged: what is said of a restore then
    """

    full = 'no space left on device'
    is_named = True
    damaged = 'damaged'
    make_server = repository_servers.Server

    def setUp(self):
        self.patch(retries, 'PATIENCE', 2.0)
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.write('old')

    def configuration(self):
        self.store = repository_servers.use_store(self)
        self.server = self.make_server(self, self.temp, self.store.path)
        self.server.start()
        found = super().configuration()
        found['backup'] |= {
            'repository': self.server.url,
            'options': self.server.options,
            'upload_limit': SLOW,
            'download_limit': SLOW,
        }
        if self.server.credentials:
            file = self.temp / 'credentials'
            file.write_text(self.server.credentials)
            file.chmod(0o600)
            found['backup']['credentials_file'] = str(file)
        return found

    def write(self, text, size=LARGE):
        for share_id in self.members:
            (self.home / share_id / 'file').write_text(text)
            (self.home / share_id / 'large').write_bytes(os.urandom(size))

    def text(self, group_id=None):
        """Find what the files of a group say; it must be the same."""
        home = self.path / 'groups' / (group_id or self.group)
        found = {file.read_text() for file in home.glob('*/file')}
        self.assertEqual(1, len(found), found)
        return found.pop()

    def refused(self, text):
        """Check that a backup fails, and why; nothing else is disturbed."""
        backup_id = self.service.create_backup(self.group)
        self.service.deliver_all()
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.reconcile()
        self.service.deliver_all()
        self.assertEqual('error', self.service.backup_status(backup_id))
        self.assertIn(text, self.log.output)
        self.check_told(backup_id)
        self.assertEqual('available', self.service.status(self.group))
        self.check_quiet()
        return backup_id

    def check_told(self, row_id):
        told = [one.resource_id for one in self.service.user_messages()]
        self.assertIn(row_id, told)

    def not_restored(self, backup_id, text):
        """Check that a restore fails, in place and to a new group."""
        before = self.text()
        self.service.backups.restore(self.service.caller, backup_id)
        self.run_out(self.service.status, self.group)
        self.check_told(self.group)
        self.assertEqual(before, self.text())
        new = self.service.create(source_share_group_backup_id=backup_id)
        self.run_out(self.service.status, new, 'error')
        self.check_told(new)
        self.assertIn(text, self.log.output)
        self.assertEqual('available', self.service.backup_status(backup_id))
        self.service.groups.force_delete(self.service.admin, new)
        self.service.deliver_all()
        self.check_quiet()

    def engine(self):
        backend = self.service.backends[backup_case.HOST]
        return backend._backups._engine

    def problems(self):
        found = self.engine().check(
            inprocess.PROJECT, lambda _done, _total: None, '100%'
        )
        return found.problems, set(found.backup_ids)

    def test_full_disk(self):
        first = self.back_up()
        self.store.resize(2 * _MIB)
        self.write('new')
        failed = self.refused(self.full)
        # It can't be removed either, but later.
        self.store.resize(500 * _MIB)
        self.service.backups.delete(self.service.caller, failed)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(failed))
        second = self.back_up()
        self.assertEqual(((), set()), self.problems())
        for backup, text in ((first, 'old'), (second, 'new')):
            self.restore(backup.id)
            self.assertEqual(text, self.text())
        self.check_quiet()

    def test_damage(self):
        good = self.back_up()
        before = self.server.packs()
        self.write('bad')
        bad = self.back_up()
        self.write('new')
        pack = max(
            self.server.packs() - before, key=lambda one: one.stat().st_size
        )
        with pack.open('r+b') as file:
            file.seek(pack.stat().st_size // 3)
            file.write(bytes(16))
        problems, ids = self.problems()
        self.assertNotEqual((), problems)
        named = {bad.id} if self.is_named else set()
        self.assertEqual(named, ids, problems)
        self.not_restored(bad.id, self.damaged)
        self.restore(good.id)
        self.assertEqual('old', self.text())
        self.service.backups.delete(self.service.caller, bad.id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(bad.id))


class Server(Repositories):
    """What is killed and started again while it is needed."""

    def kill_when(self, condition):
        """Kill the server as soon as a condition holds."""
        over = threading.Event()

        def watch():
            while not condition():
                if over.wait(0.01):
                    return
            self.server.kill()

        thread = threading.Thread(target=watch)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(over.set)

    def test_killed_in_a_backup(self):
        self.kill_when(lambda: len(self.server.packs()) > 1)
        backup_id = self.service.create_backup(self.group)
        self.run_out(self.service.backup_status, backup_id, 'creating')
        self.assertIn(self.server.url, self.why()[0][0])
        self.assertEqual('available', self.service.status(self.group))
        self.server.start()
        self.service.settle()
        status = self.service.backup_status(backup_id)
        self.assertEqual('available', status, self.why())
        self.assertEqual(((), set()), self.problems())
        self.check_quiet()

    def test_killed_in_a_restore(self):
        backup = self.back_up()
        self.write('new')
        self.kill_when(lambda: any(self.path.glob('drafts/*/*/large')))
        self.service.backups.restore(self.service.caller, backup.id)
        self.run_out(self.service.status, self.group, 'backup_restoring')
        self.assertIn(self.server.url, self.why()[0][0])
        self.assertEqual('new', self.text())
        self.server.start()
        self.service.settle()
        status = self.service.status(self.group)
        self.assertEqual('available', status, self.why())
        self.assertEqual('old', self.text())
        self.check_quiet()

    def test_gone_for_long(self):
        self.back_up()
        self.server.kill()
        self.refused(self.server.url)
        self.server.start()
        self.back_up()
        self.check_quiet()


class TestDirectory(Repositories, local_case.LocalTestCase):
    """No server at all; a key is the same everywhere."""

    def test_another_key(self):
        first = self.back_up()
        self.write('new')
        file = self.temp / 'secret'
        secret = file.read_text()
        self.write_secret('another secret that is as long as it has to be')
        self.start_again()
        # The back end has found out before anybody asks it.
        error = self.assertRaises(
            exception.Invalid, self.service.create_backup, self.group
        )
        self.assertIn('cannot back it up', error.message)
        self.assertIn('its key is not the one', self.log.output)
        error = self.assertRaises(
            exception.Invalid,
            *(self.service.backups.restore, self.service.caller, first.id),
        )
        self.assertIn('cannot restore backups', error.message)
        self.write_secret(secret)
        self.start_again()
        self.back_up()
        self.restore(first.id)
        self.assertEqual('old', self.text())
        self.check_quiet()

    def start_again(self):
        """Start a process that has read the files of now."""
        self.service.stop_backend('alpha')
        self.service.start_backend('alpha')


@unittest.skipUnless(killed_case.THOROUGH, _FURTHER)
class TestSftp(Server, local_case.LocalTestCase):
    """A server that starts with each command."""

    make_server = repository_servers.Sftp


@unittest.skipUnless(killed_case.THOROUGH, _FURTHER)
class TestRest(Server, local_case.LocalTestCase):
    """A server of restic's protocol."""

    make_server = repository_servers.Rest
    full = '500 Internal Server Error'


class TestS3(Server, local_case.LocalTestCase):
    """A server that speaks S3."""

    make_server = repository_servers.S3
    full = 'Internal Error'


@unittest.skipUnless(killed_case.THOROUGH, _FURTHER)
class TestSwift(Server, local_case.LocalTestCase):
    """OpenStack Swift."""

    make_server = swift_server.Swift
    full = '503'
    # It takes a damaged object away when it is read, and still lists it, so
    # restic can't look into it.
    is_named = False
    damaged = 'Not Found'

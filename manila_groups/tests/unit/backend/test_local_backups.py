# SPDX-License-Identifier: Apache-2.0
"""What the local driver does with the files of backups, on file systems."""

import errno
import os
import pathlib
import stat
import subprocess
from unittest import mock

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import exchange
from manila_groups.tests import trees
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import contract_files
from manila_groups.tests.unit.backend import local_case


class BackupsTestCase:
    """A group with two shares."""

    def setUp(self):
        super().setUp()
        self.driver = local_case.ready(self.path)
        self.group = contract.share_group('alpha')
        self.driver.create_share_group(self.group)
        self.members = [
            contract.share('alpha', self.group, group_size_gb=size_gb)
            for size_gb in (1, 2)
        ]
        for member in self.members:
            self.driver.create_share(member)
            (self.home(member) / 'file').write_text('old')
        self.in_place = contract_files.in_place(self.members)

    def snapshot(self):
        taken = contract.snapshot(self.group, self.members)
        self.driver.create_share_group_snapshot(taken)
        return taken

    def texts(self):
        return {
            (self.home(member) / 'file').read_text() for member in self.members
        }

    def fill(self, path):
        texts = {member.id: 'new' for member in self.members}
        contract_files.filler(texts)(path)

    def refused(self, fill, clones=None):
        """Let a restore, and a new group, fail; return both messages."""
        before = self._made()
        unchanged = self.assertRaises(
            exception.NothingChanged,
            self.driver.restore_share_group,
            *(self.group, clones or self.in_place, fill),
        )
        group, new = contract.clones_of('alpha', self.members)
        failed = self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_from_files,
            *(group, clones or new, fill),
        )
        self.assertEqual(before, self._made())
        return unchanged.message, failed.message

    def _made(self):
        return [name for name in self.tree() if 'qgroup.' not in name]


class Backups(BackupsTestCase):
    """What has to be so on each kind of storage."""

    def test_all_kinds_of_files(self):
        group_path = self.path / 'groups' / self.group.id
        trees.make(group_path, [member.id for member in self.members])
        taken = self.snapshot()
        kept = self.path / 'snapshots' / taken.id

        def copy(path):
            with self.driver.read_snapshot(taken) as source:
                names = sorted(os.listdir(source))
                subprocess.run(
                    ['cp', '--archive', '--', *names, path],
                    cwd=source,
                    check=True,
                )

        group, clones = contract.clones_of('alpha', self.members)
        self.driver.create_share_group_from_files(group, clones, copy)
        names = {clone.source_share_id: clone.share.id for clone in clones}
        new_path = self.path / 'groups' / group.id
        self.assertEqual([], trees.differences(kept, new_path, names=names))
        for member in self.members:
            (self.home(member) / 'random').write_text('new')
        self.assertNotEqual([], trees.differences(kept, group_path))
        self.driver.restore_share_group(self.group, self.in_place, copy)
        self.assertEqual([], trees.differences(kept, group_path))

    def test_ids_that_are_none(self):
        good = self.members[0].id
        for wrong in ('', '.', '..', '../x', '/etc', f'{good}/..', 'x\0'):
            clones = [driver.Clone(self.members[0], wrong)]
            for message in self.refused(self.fail, clones):
                self.assertIn('not the id', message)

    def test_a_link_in_the_place_of_a_share(self):
        outside = self.temp / 'outside'
        outside.mkdir()
        (outside / 'file').write_text('of another')

        def link(path):
            self.fill(path)
            first = pathlib.Path(path, self.members[0].id)
            first.rename(f'{first}.moved')
            first.symlink_to(outside)

        for message in self.refused(link):
            self.assertIn(f'no directory {self.members[0].id}', message)
        self.assertEqual({'old'}, self.texts())
        self.assertEqual('of another', (outside / 'file').read_text())

    def test_what_else_is_in_the_files(self):
        outside = self.temp / 'outside'
        outside.mkdir()
        (outside / 'file').write_text('of another')

        def odd(path):
            self.fill(path)
            top = os.fsencode(path)
            for name in (b'-rf', b'caf\xe9', b'..x', b' ', b'two\nlines'):
                os.mkdir(os.path.join(top, name))
            os.symlink(outside, os.path.join(top, b'link'))
            os.mkfifo(os.path.join(top, b'pipe'))
            os.chmod(top, 0o777)

        self.driver.restore_share_group(self.group, self.in_place, odd)
        self.assertEqual({'new'}, self.texts())
        home = self.path / 'groups' / self.group.id
        self.assertEqual(
            {member.id for member in self.members}, set(os.listdir(home))
        )
        self.assertEqual(0o750, stat.S_IMODE(home.stat().st_mode))
        self.assertEqual('of another', (outside / 'file').read_text())

    def test_modes_of_shares(self):
        def closed(path):
            self.fill(path)
            for number, member in enumerate(self.members):
                os.chmod(os.path.join(path, member.id), 0o700 + number)

        self.driver.restore_share_group(self.group, self.in_place, closed)
        self.assertEqual(
            [0o700, 0o701],
            [
                stat.S_IMODE(self.home(member).stat().st_mode)
                for member in self.members
            ],
        )

    def test_no_room(self):
        for number, advice in (
            (errno.EDQUOT, '2 GiB of all shares'),
            (errno.ENOSPC, 'make room'),
        ):
            words = os.strerror(number)
            for error in (
                OSError(number, words, 'file'),
                exception.DriverError(f'write: {words.lower()}'),
            ):
                fill = contract_files.failing(error, {})
                for message in self.refused(fill):
                    self.assertIn(words.lower(), message.lower())
                    self.assertIn(advice, message)
        self.assertEqual({'old'}, self.texts())

    def test_no_room_for_the_moment(self):
        error = exception.TransientDriverError(os.strerror(errno.ENOSPC))
        raised = self.assertRaises(
            exception.TransientDriverError,
            self.driver.restore_share_group,
            *(self.group, self.in_place, contract_files.failing(error, {})),
        )
        self.assertIs(error, raised)

    def test_other_errors_of_the_system(self):
        fill = contract_files.failing(OSError(errno.EPERM, 'no', 'file'), {})
        for message in self.refused(fill):
            self.assertIn('file: no', message)

    def test_a_file_system_that_goes_away(self):
        gone = self.path.parent / 'gone'

        def lose(_path=None):
            self.path.rename(gone)
            raise exception.DriverError('cannot read')

        def read():
            with self.driver.read_snapshot(taken):
                lose()

        taken = self.snapshot()
        group, clones = contract.clones_of('alpha', self.members)
        for call in (
            read,
            lambda: self.driver.create_share_group_from_files(
                group, clones, lose
            ),
            lambda: self.driver.restore_share_group(
                self.group, self.in_place, lose
            ),
        ):
            error = self.assertRaises(exception.TransientDriverError, call)
            self.assertIn('mounted', error.message)
            gone.rename(self.path)
        self.driver.setup()
        self.assertEqual({'old'}, self.texts())
        self.assertEqual([], os.listdir(self.path / 'drafts'))

    def test_draft_of_an_earlier_attempt(self):
        draft = self.path / 'drafts' / f'{self.group.id}.x'
        draft.mkdir()
        (draft / 'file').write_text('half')
        self.driver.restore_share_group(self.group, self.in_place, self.fill)
        self.assertEqual([], os.listdir(self.path / 'drafts'))

    def test_where_nothing_can_be_exchanged(self):
        refuse = OSError(errno.EINVAL, 'Invalid argument')
        with mock.patch.object(exchange, 'exchange', side_effect=refuse):
            self.driver.setup()
        error = self.assertRaises(
            exception.NothingChanged,
            self.driver.restore_share_group,
            *(self.group, self.in_place, self.fail),
        )
        self.assertIn('cannot change places', error.message)
        group, clones = contract.clones_of('alpha', self.members)
        self.driver.create_share_group_from_files(group, clones, self.fill)
        self.assertEqual({'old'}, self.texts())


class TestInDirectories(Backups, local_case.LocalTestCase):
    """On directories."""


class TestInSubvolumes(Backups, local_case.BtrfsTestCase):
    """On subvolumes."""

    def test_nothing_is_left_of_their_limits(self):
        taken = self.snapshot()
        group, clones = contract.clones_of('alpha', self.members)
        self.driver.create_share_group_from_files(group, clones, self.fill)
        self.driver.restore_share_group(self.group, self.in_place, self.fill)
        self.refused(contract_files.filler({}))
        self.driver.delete_share_group_snapshot(taken)
        for gone in (group, self.group):
            self.driver.delete_share_group(gone)
        self.assertEqual({}, self.btrfs.subvolumes())
        self.assertEqual(set(), self.btrfs.leftover_qgroups())

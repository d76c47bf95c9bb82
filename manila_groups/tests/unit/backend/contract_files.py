# SPDX-License-Identifier: Apache-2.0
"""What every readable driver has to do, as tests to mix in."""

import dataclasses
import os
import pathlib
import uuid

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.tests.unit.backend import contract


class Lost(Exception):
    """Somebody else goes on with the work."""


def filler(texts):
    """Make a function that writes files of shares.

    :param texts: the id of each share to the text of its file
    """

    def fill(path):
        for share_id, text in texts.items():
            home = pathlib.Path(path, share_id)
            home.mkdir()
            (home / 'file').write_text(text)

    return fill


def failing(error, texts):
    """Make a function that writes files, and raises then."""

    def fill(path):
        filler(texts)(path)
        raise error

    return fill


def in_place(shares, sources=None):
    """Describe a restore of these shares.

    :param sources: the ids that they have in the backup; the same if None
    """
    sources = sources or [share.id for share in shares]
    return [
        driver.Clone(
            dataclasses.replace(share, group_size_gb=len(shares)), source
        )
        for share, source in zip(shares, sources, strict=True)
    ]


def read(path):
    """Return what the files of shares say, by the ids of the shares."""
    return {
        home.name: (home / 'file').read_text()
        for home in pathlib.Path(path).iterdir()
    }


class FilesContract(contract.BytesContract):
    """Mix in where the driver is ``readable``."""

    def members(self, *texts):
        """Make a group, and a share of it with each of these texts."""
        group, *members = self.group_with(len(texts))
        for member, text in zip(members, texts, strict=True):
            self.write(member, text)
        return group, members

    def snapshot(self, group, members):
        taken = contract.snapshot(group, members)
        self.driver.create_share_group_snapshot(taken)
        return taken

    def texts(self, shares):
        return [self.read(share) for share in shares]

    def new_group(self, number):
        """Describe a group of shares that are in a backup only."""
        group = contract.share_group(self.pool)
        sources = [contract.share(self.pool, group) for _ in range(number)]
        return contract.clones_of(self.pool, sources)

    def test_is_readable(self):
        self.assertIs(True, self.driver.readable)

    def test_read_the_moment_of_a_snapshot(self):
        group, members = self.members('old 0', 'old 1')
        taken = self.snapshot(group, members)
        for member in members:
            self.write(member, 'new')
        expected = {
            members[0].id: 'old 0',
            members[1].id: 'old 1',
        }
        for _again in range(2):
            with self.driver.read_snapshot(taken) as path:
                self.assertEqual(expected, read(path))
        self.assertEqual(['new', 'new'], self.texts(members))

    def test_what_is_written_while_a_snapshot_is_read(self):
        group, members = self.members('old')
        taken = self.snapshot(group, members)
        with self.driver.read_snapshot(taken) as path:
            self.write(members[0], 'new')
            self.driver.resize_share(self.resized(members[0], 2, 2))
            self.snapshot(group, members)
            self.assertEqual({members[0].id: 'old'}, read(path))

    def test_read_no_snapshot(self):
        group, *members = self.group_with(1)
        taken = contract.snapshot(group, members)
        self.assertRaises(exception.DriverError, self._enter, taken)

    def test_read_a_snapshot_without_a_share(self):
        group, members = self.members('old')
        taken = self.snapshot(group, members)
        other = contract.share(self.pool, group)
        more = dataclasses.replace(taken, share_ids=(members[0].id, other.id))
        self.assertRaises(exception.DriverError, self._enter, more)

    def _enter(self, taken, error=None):
        with self.driver.read_snapshot(taken):
            if error is not None:
                raise error

    def test_an_error_while_a_snapshot_is_read(self):
        taken = self.snapshot(*self.members('old'))
        for error in self._errors():
            raised = self.assertRaises(type(error), self._enter, taken, error)
            self.assertIs(error, raised)

    def test_group_from_files(self):
        group, clones = self.new_group(2)
        fills = []

        def fill(path):
            fills.append(path)
            filler(texts)(path)

        texts = {
            clone.source_share_id: f'old {number}'
            for number, clone in enumerate(clones)
        }
        for _again in range(2):
            locations = self.driver.create_share_group_from_files(
                group, clones, fill
            )
            self.assertEqual(
                {clone.share.id for clone in clones}, set(locations)
            )
            self.assertTrue(all(locations.values()))
        self.assertEqual(1, len(fills))
        shares = [clone.share for clone in clones]
        self.assertEqual(['old 0', 'old 1'], self.texts(shares))
        self.assertEqual({group.id}, self.groups_of(self.driver))
        self.assertEqual(
            {share.id for share in shares}, self.shares_of(self.driver)
        )

    def test_from_a_snapshot_to_files_and_back(self):
        group, members = self.members('old 0', 'old 1')
        taken = self.snapshot(group, members)
        new_group, clones = contract.clones_of(self.pool, members)

        def fill(path):
            with self.driver.read_snapshot(taken) as source:
                filler(read(source))(path)

        self.driver.create_share_group_from_files(new_group, clones, fill)
        shares = [clone.share for clone in clones]
        again = self.snapshot(new_group, shares)
        self.write(shares[0], 'new')
        self.driver.revert_share_group(new_group, again, shares)
        self.driver.delete_share_group(group)
        self.assertEqual(['old 0', 'old 1'], self.texts(shares))

    def test_group_from_files_in_no_pool(self):
        group, clones = self.new_group(1)
        group = dataclasses.replace(group, pool='nowhere')
        self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_from_files,
            group,
            clones,
            filler({}),
        )

    def _errors(self):
        return (
            Lost(),
            exception.DriverError('the repository is damaged'),
            exception.TransientDriverError('the repository is away'),
        )

    def test_files_that_fail(self):
        group, clones = self.new_group(1)
        texts = {clones[0].source_share_id: 'old'}
        for error in self._errors():
            raised = self.assertRaises(
                type(error),
                self.driver.create_share_group_from_files,
                group,
                clones,
                failing(error, texts),
            )
            self.assertIs(error, raised)
            self.assertNothing()
        self.driver.create_share_group_from_files(group, clones, filler(texts))
        self.assertEqual('old', self.read(clones[0].share))

    def assertNothing(self):
        self.assertEqual(set(), self.groups_of(self.driver))
        self.assertEqual(set(), self.shares_of(self.driver))

    def test_files_without_a_share(self):
        group, clones = self.new_group(2)
        texts = {clones[0].source_share_id: 'old'}
        self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_from_files,
            group,
            clones,
            filler(texts),
        )
        self.assertNothing()

    def test_no_directory_in_the_place_of_a_share(self):
        group, clones = self.new_group(1)
        name = clones[0].source_share_id
        outside = str(uuid.uuid4())

        def link(path):
            filler({outside: 'of another'})(path)
            os.symlink(outside, os.path.join(path, name))

        def file(path):
            pathlib.Path(path, name).write_text('old')

        for fill in (link, file):
            self.assertRaises(
                exception.DriverError,
                self.driver.create_share_group_from_files,
                group,
                clones,
                fill,
            )
            self.assertNothing()

    def test_files_of_other_shares_too(self):
        group, clones = self.new_group(1)
        texts = {
            clones[0].source_share_id: 'old',
            str(uuid.uuid4()): 'of another',
        }
        self.driver.create_share_group_from_files(group, clones, filler(texts))
        self.assertEqual('old', self.read(clones[0].share))
        self.assertEqual({clones[0].share.id}, self.shares_of(self.driver))
        taken = self.snapshot(group, [clones[0].share])
        with self.driver.read_snapshot(taken) as path:
            self.assertEqual([clones[0].share.id], os.listdir(path))

    def test_names_that_change_places(self):
        group, members = self.members('new 0', 'new 1')
        first, second = members
        texts = {first.id: 'second', second.id: 'first'}
        self.driver.restore_share_group(
            group, in_place(members, [second.id, first.id]), filler(texts)
        )
        self.assertEqual(['first', 'second'], self.texts(members))

    def test_restore(self):
        group, members = self.members('first', 'first')
        taken = [self.snapshot(group, members)]
        for member in members:
            self.write(member, 'second')
        taken.append(self.snapshot(group, members))
        sources = [str(uuid.uuid4()) for _ in members]
        texts = dict.fromkeys(sources, 'third')
        for _again in range(2):
            self.driver.restore_share_group(
                group, in_place(members, sources), filler(texts)
            )
            self.assertEqual(['third', 'third'], self.texts(members))
            self.driver.update_access(members[0], [])
            self.write(members[0], 'mine')
        self.assertEqual(
            {one.id for one in taken}, self.snapshots_of(self.driver)
        )
        self.driver.revert_share_group(group, taken[0], members)
        self.assertEqual(['first', 'first'], self.texts(members))
        self.assertEqual(
            {member.id for member in members}, self.shares_of(self.driver)
        )

    def test_restore_that_fails(self):
        group, members = self.members('old', 'old')
        texts = {member.id: 'new' for member in members}
        for error in self._errors():
            expected = type(error)
            if expected is exception.DriverError:
                expected = exception.NothingChanged
            raised = self.assertRaises(
                expected,
                self.driver.restore_share_group,
                group,
                in_place(members),
                failing(error, texts),
            )
            self.assertIs(expected, type(raised))
            self.assertEqual(['old', 'old'], self.texts(members))
        self.assertEqual(
            {member.id for member in members}, self.shares_of(self.driver)
        )

    def test_restore_without_a_share(self):
        group, members = self.members('old', 'old')
        texts = {members[0].id: 'new'}
        for clones in (in_place(members), in_place(members[:1])):
            self.assertRaises(
                exception.NothingChanged,
                self.driver.restore_share_group,
                group,
                clones,
                filler(texts),
            )
        self.assertEqual(['old', 'old'], self.texts(members))

    def test_restore_of_no_group(self):
        group, clones = self.new_group(1)
        texts = {clones[0].source_share_id: 'new'}
        self.assertRaises(
            exception.NothingChanged,
            self.driver.restore_share_group,
            group,
            clones,
            filler(texts),
        )
        self.assertNothing()

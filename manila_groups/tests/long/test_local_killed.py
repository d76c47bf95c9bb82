# SPDX-License-Identifier: Apache-2.0
"""The local driver, killed before each of its steps, and repeated."""

import dataclasses
import os
import pathlib
import stat

from manila_groups.backend import driver
from manila_groups.tests import base
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case

RULES = [driver.AccessRule(access_to='192.0.2.0/24', access_level='rw')]


class Scene:
    """The same ids in each run."""

    def __init__(self):
        self.group = contract.share_group('alpha')
        self.alone = contract.share('alpha')
        self.members = [
            contract.share('alpha', self.group, group_size_gb=size_gb)
            for size_gb in (1, 2)
        ]
        self.taken = contract.snapshot(self.group, self.members)
        self.clones = contract.clones_of('alpha', self.members)


class KilledContract:
    """Killed before each step, and repeated: the same end.

    Each operation is called as often as it has steps, with and without a
    restart of the back end in between.
    """

    def setUp(self):
        super().setUp()
        self.base = self.path
        self.scene = Scene()
        self.paths = []

    def _at(self, name):
        self.path = self.base / name
        self.paths.append(self.path)

    def _make(self):
        made = local_case.make(self.path)
        made._exports = local_case.FileExports(f'{self.path}.exports')
        return made

    def _ready(self):
        made = self._make()
        made.setup()
        return made

    def _at_every_step(self, prepare, operation, least=1, check=None):
        """Compare each end with that of an undisturbed run.

        :param check: called after each kill
        """
        check = check or (lambda: None)
        self.base.mkdir()
        self._at('undisturbed')
        prepare()
        operation()
        expected = self.state()
        for restart in (True, False):
            step = 0
            while self._killed_at(step, restart, prepare, operation, check):
                self.assertEqual(expected, self.state(), (step, restart))
                step += 1
            self.assertGreaterEqual(step, least)
        self._check_leftovers()

    def _killed_at(self, step, restart, prepare, operation, check):
        self._at(f'{step}-{restart}')
        prepare()
        killed = local_case.killed_at(step, operation)
        if killed:
            check()
        if killed and restart:
            self._ready()
            self.assertEqual([], os.listdir(self.path / 'drafts'))
        if killed:
            operation()
        return killed

    def state(self):
        """Describe all that the driver has made."""
        found = {}
        for name in self.tree():
            info = (self.path / name).lstat()
            text = None
            if stat.S_ISREG(info.st_mode):
                text = (self.path / name).read_text()
            found[name] = (stat.S_IMODE(info.st_mode), text)
        exports = self.path.with_name(f'{self.path.name}.exports')
        return found, {
            file.name: file.read_text() for file in exports.glob('*')
        }

    def _check_leftovers(self):
        """Check what is not seen in one back end's state."""

    def _filled(self):
        """Make a group of two shares, and a share alone; both with bytes."""
        made, scene = self._ready(), self.scene
        made.create_share_group(scene.group)
        for share in (*scene.members, scene.alone):
            made.create_share(share)
            (self.home(share) / 'deep').mkdir()
            (self.home(share) / 'deep' / 'file').write_text(share.id)
            made.update_access(share, RULES)
        return made

    def _with_snapshot(self):
        self._filled().create_share_group_snapshot(self.scene.taken)

    def test_setup(self):
        self._at_every_step(lambda: None, self._ready, 5)

    def test_create_share_group(self):
        self._at_every_step(
            self._ready,
            lambda: self._make().create_share_group(self.scene.group),
        )

    def test_delete_share_group(self):
        self._at_every_step(
            self._filled,
            lambda: self._make().delete_share_group(self.scene.group),
            3,
        )

    def test_create_share_alone(self):
        self._at_every_step(
            self._ready, lambda: self._make().create_share(self.scene.alone)
        )

    def test_create_share_in_a_group(self):
        self._at_every_step(
            lambda: self._ready().create_share_group(self.scene.group),
            lambda: self._make().create_share(self.scene.members[0]),
        )

    def test_delete_share_alone(self):
        self._at_every_step(
            self._filled,
            lambda: self._make().delete_share(self.scene.alone),
            2,
        )

    def test_delete_share_in_a_group(self):
        gone = dataclasses.replace(self.scene.members[1], group_size_gb=1)
        self._at_every_step(
            self._filled, lambda: self._make().delete_share(gone), 2
        )

    def test_resize_share(self):
        scene = self.scene
        larger = [
            dataclasses.replace(share, size_gb=5, group_size_gb=7)
            for share in (scene.alone, scene.members[0])
        ]

        def resize():
            for share in larger:
                self._make().resize_share(share)

        self._at_every_step(self._filled, resize, 2)

    def test_create_snapshot(self):
        taken = self.scene.taken
        self._at_every_step(
            self._filled,
            lambda: self._make().create_share_group_snapshot(taken),
        )

    def test_delete_snapshot(self):
        taken = self.scene.taken
        self._at_every_step(
            self._with_snapshot,
            lambda: self._make().delete_share_group_snapshot(taken),
            2,
        )

    def test_clone(self):
        group, clones = self.scene.clones
        self._at_every_step(
            self._with_snapshot,
            lambda: self._make().create_share_group_from_snapshot(
                group, self.scene.taken, clones
            ),
            3,
        )

    def test_copy(self):
        group, clones = self.scene.clones
        self._at_every_step(
            self._filled,
            lambda: self._make().create_share_group_from_group(
                group, self.scene.group, clones
            ),
            3,
        )

    def test_revert(self):
        scene = self.scene

        def changed():
            self._with_snapshot()
            for share in scene.members:
                (self.home(share) / 'deep' / 'file').write_text('new')

        self._at_every_step(
            changed,
            lambda: self._make().revert_share_group(
                scene.group, scene.taken, scene.members
            ),
            4,
        )

    def _fill(self, path):
        """Write files of shares, as a backup's engine does."""
        for share in self.scene.members:
            deep = pathlib.Path(path, share.id, 'deep')
            deep.mkdir(parents=True)
            (deep / 'file').write_text(f'restored {share.id}')
        (pathlib.Path(path) / 'other').write_text('of nobody')

    def _texts(self, shares):
        return [
            (self.home(share) / 'deep' / 'file').read_text()
            for share in shares
        ]

    def test_create_from_files(self):
        group, clones = self.scene.clones
        shares = [clone.share for clone in clones]
        new = [f'restored {clone.source_share_id}' for clone in clones]

        def all_or_nothing():
            if (self.path / 'groups' / group.id).exists():
                self.assertEqual(new, self._texts(shares))

        self._at_every_step(
            self._ready,
            lambda: self._make().create_share_group_from_files(
                group, clones, self._fill
            ),
            *(10, all_or_nothing),
        )
        self.assertEqual(new, self._texts(shares))

    def test_restore(self):
        scene = self.scene
        clones = [driver.Clone(one, one.id) for one in scene.members]
        old = [share.id for share in scene.members]
        new = [f'restored {share_id}' for share_id in old]
        seen = []

        def old_or_new():
            seen.append(self._texts(scene.members))

        self._at_every_step(
            self._with_snapshot,
            lambda: self._make().restore_share_group(
                scene.group, clones, self._fill
            ),
            *(12, old_or_new),
        )
        self.assertEqual(new, self._texts(scene.members))
        self.assertEqual({*old, *new}, {text for one in seen for text in one})
        for texts in seen:
            self.assertIn(texts, (old, new))

    def test_update_access(self):
        self._at_every_step(
            self._filled,
            lambda: self._make().update_access(self.scene.alone, []),
        )


class TestKilled(KilledContract, local_case.LocalTestCase):
    """On directories."""

    rootdir = base.in_memory()


class TestKilledOnBtrfs(KilledContract, local_case.BtrfsTestCase):
    """On subvolumes: their limits are the same too, and none is left."""

    def state(self):
        found, exports = super().state()
        files = {
            name: what
            for name, what in found.items()
            if not name.startswith('trash/qgroup.')
        }
        qgroups = self.btrfs.qgroups()
        prefix = f'alpha/{self.path.name}/'
        limits = {
            path.removeprefix(prefix): qgroups[number]
            for number, path in self.btrfs.subvolumes().items()
            if path.startswith(prefix)
        }
        return files, exports, limits

    def _check_leftovers(self):
        self.assertEqual(set(), self.btrfs.leftover_qgroups())
        for path in self.paths:
            self.path = path
            self._ready()
            self.assertEqual([], os.listdir(self.path / 'trash'))


class TestKilledInACommand(local_case.LocalTestCase):
    """Killed while a command of it runs, which must not go on."""

    FILES = 400
    TRIES = 10
    rootdir = base.in_memory()

    def setUp(self):
        super().setUp()
        self.scene = Scene()
        self.driver = local_case.ready(self.path)
        self.driver.create_share_group(self.scene.group)
        for share in self.scene.members:
            self.driver.create_share(share)
            for number in range(self.FILES):
                (self.home(share) / str(number)).write_text(str(number))

    def _kill_in(self, operation, condition, undo):
        """Kill an operation when a condition holds, and repeat it."""
        for _try in range(self.TRIES):
            if local_case.killed_when(condition, operation):
                break
            undo()
        else:
            self.fail('the operation was always faster')
        operation()
        for directory in ('drafts', 'trash'):
            self.assertEqual([], os.listdir(self.path / directory))

    def test_snapshot(self):
        taken = self.scene.taken
        self._kill_in(
            lambda: self.driver.create_share_group_snapshot(taken),
            lambda: any(self.path.glob('drafts/*/*')),
            lambda: self.driver.delete_share_group_snapshot(taken),
        )
        for share in self.scene.members:
            copied = self.path / 'snapshots' / taken.id
            self.assertEqual(
                sorted(os.listdir(self.home(share))),
                sorted(os.listdir(copied / share.id)),
            )

    def test_clone(self):
        group, clones = self.scene.clones
        self.driver.create_share_group_snapshot(self.scene.taken)
        self._kill_in(
            lambda: self.driver.create_share_group_from_snapshot(
                group, self.scene.taken, clones
            ),
            lambda: any(self.path.glob('drafts/*/*')),
            lambda: self.driver.delete_share_group(group),
        )
        for clone in clones:
            self.assertEqual(
                self.FILES, len(os.listdir(self.home(clone.share)))
            )

    def test_delete_share_group(self):
        def again():
            self.driver.create_share_group(self.scene.group)
            for share in self.scene.members:
                self.driver.create_share(share)
                for number in range(self.FILES):
                    (self.home(share) / str(number)).touch()

        self._kill_in(
            lambda: self.driver.delete_share_group(self.scene.group),
            lambda: any((self.path / 'trash').iterdir()),
            again,
        )
        self.assertEqual(local_case.EMPTY, self.tree())

# SPDX-License-Identifier: Apache-2.0
"""The comparison of trees finds each kind of change."""

import os
import pathlib
import shutil
import stat
import subprocess

import fixtures

from manila_groups.tests import base
from manila_groups.tests import servers
from manila_groups.tests import tree_differences
from manila_groups.tests import trees


class TreesTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.one, self.other = temp / 'one', temp / 'other'
        for path in (self.one, self.other):
            self.left_out = trees.make(path)

    def changed(self, change):
        """Change the other tree, but no times; return the differences."""
        times = {
            path: os.lstat(path).st_mtime_ns
            for path in tree_differences.walk(os.fsencode(self.other))
        }
        change(self.other / 'first')
        for path, moment in times.items():
            if os.path.lexists(path):
                os.utime(path, ns=(moment, moment), follow_symlinks=False)
        return trees.differences(self.one, self.other)

    def assertFound(self, expected, change):
        self.assertEqual(expected, self.changed(change))

    def need_root(self):
        if os.geteuid():
            servers.not_there(self, 'owners', 'it takes root to change them')

    def need(self, kind):
        if kind in self.left_out:
            servers.not_there(self, kind, 'the file system has none')


class TestDifferences(TreesTestCase):
    def test_none(self):
        found = trees.differences(self.one, self.other, holes=True)
        self.assertEqual([], found)

    def test_none_to_a_copy(self):
        copy = self.one.parent / 'copy'
        subprocess.run(['cp', '--archive', self.one, copy], check=True)
        self.assertEqual([], trees.differences(self.one, copy, top=True))

    def test_other_shares(self):
        found = trees.differences(self.one / 'first', self.one / 'second')
        names = {name.partition(':')[0] for name in found}
        self.assertIn('random', names)
        self.assertIn('linked', names)

    def test_names_of_shares(self):
        (self.other / 'first').rename(self.other / 'third')
        self.assertNotEqual([], trees.differences(self.one, self.other))
        names = {'first': 'third'}
        self.assertEqual(
            [],
            trees.differences(self.one, self.other, names=names),
        )

    def test_the_top(self):
        os.utime(self.other, ns=(1, 1))
        self.assertEqual([], trees.differences(self.one, self.other))
        (found,) = trees.differences(self.one, self.other, top=True)
        self.assertIn('.: the time is 1, not', found)

    def test_missing(self):
        self.assertFound(
            ['first/empty-directory: is missing'],
            lambda home: (home / 'empty-directory').rmdir(),
        )

    def test_added(self):
        self.assertFound(
            ['first/new: should not be there'],
            lambda home: (home / 'new').touch(),
        )

    def test_renamed_bytes(self):
        names = os.fsencode(self.other / 'first/names')

        def rename(_home):
            os.rename(names + b'/caf\xe9', names + b'/caf\xe8')

        self.assertFound(
            [
                'first/names/caf\\xe9: is missing',
                'first/names/caf\\xe8: should not be there',
            ],
            rename,
        )

    def _overwrite(self, name, position, content):
        def overwrite(home):
            with open(home / name, 'r+b') as file:
                file.seek(position)
                file.write(content)

        return overwrite

    def test_content(self):
        self.assertFound(
            ['first/random: the content differs in the MiB from 2097152'],
            self._overwrite('random', 3 * 2**20 - 1, b'\0\1'),
        )

    def test_content_in_a_hole(self):
        found = self.changed(self._overwrite('holes', 3 * 2**20, b'x'))
        self.assertEqual(1, len(found))
        self.assertIn('first/holes: the content differs', found[0])

    def test_size(self):
        for size in (2**23 - 1, 2**23 + 1):
            self.assertFound(
                [f'first/holes: the size is {size}, not {2**23}'],
                lambda home, size=size: os.truncate(home / 'holes', size),
            )

    def test_a_hole_that_was_filled(self):
        def fill(home):
            with open(home / 'holes', 'r+b') as file:
                content = file.read()
                file.seek(0)
                file.write(content)

        self.assertFound([], fill)
        (found,) = trees.differences(self.one, self.other, holes=True)
        self.assertIn('first/holes: it takes', found)

    def test_modes(self):
        for name, mode, text in (
            ('empty', 0o640, '0640, not 0644'),
            ('mode-4755', 0o755, '0755, not 4755'),
            ('directory-0777', 0o1777, '1777, not 0777'),
            ('pipe', 0o640, '0640, not 0600'),
        ):
            path = self.other / 'first' / name
            before = stat.S_IMODE(path.lstat().st_mode)
            self.assertFound(
                [f'first/{name}: the mode is {text}'],
                lambda _home, path=path, mode=mode: path.chmod(mode),
            )
            path.chmod(before)

    def test_owners(self):
        self.need_root()
        for name in ('random', 'link-dangling', 'empty-directory', 'pipe'):
            for change, what in (
                ((77, -1), 'the owner is 77'),
                ((-1, 77), 'the group is 77'),
            ):
                path = self.other / 'first' / name
                before = path.lstat()
                found = self.changed(
                    lambda _home, path=path, change=change: os.chown(
                        path, *change, follow_symlinks=False
                    )
                )
                self.assertEqual(1, len(found), found)
                self.assertIn(f'first/{name}: {what}', found[0])
                os.chown(
                    path,
                    *(before.st_uid, before.st_gid),
                    follow_symlinks=False,
                )

    def test_times(self):
        for name in ('random', 'link-dangling', 'empty-directory', 'pipe'):
            path = self.other / 'first' / name
            before = path.lstat().st_mtime_ns
            os.utime(path, ns=(before + 1, before + 1), follow_symlinks=False)
            self.assertEqual(
                [f'first/{name}: the time is {before + 1}, not {before}'],
                trees.differences(self.one, self.other),
            )
            os.utime(path, ns=(before, before), follow_symlinks=False)

    def test_attributes(self):
        self.need('user.text')
        for name in ('attributes', 'with-attributes'):
            path = self.other / 'first' / name
            os.setxattr(path, 'user.text', b'other')
            os.removexattr(path, 'user.none')
            os.setxattr(path, 'user.new', b'')
            found = trees.differences(self.one, self.other)
            self.assertEqual(
                [
                    f"first/{name}: the attribute user.new is b'', not None",
                    f"first/{name}: the attribute user.none is None, not b''",
                    f"first/{name}: the attribute user.text is b'other', "
                    "not b'value'",
                ],
                found,
            )
            self.other, self.one = self.one, self.other
            self.assertEqual(3, len(trees.differences(self.one, self.other)))
            self.other, self.one = self.one, self.other
            os.setxattr(path, 'user.text', b'value')
            os.setxattr(path, 'user.none', b'')
            os.removexattr(path, 'user.new')

    def test_access_lists(self):
        self.need('system.posix_acl_access')
        path = self.other / 'first/with-attributes'
        for key in ('system.posix_acl_access', 'system.posix_acl_default'):
            value = os.getxattr(path, key)
            os.setxattr(path, key, value.replace(b'\x06', b'\x04'))
            (found,) = trees.differences(self.one, self.other)
            self.assertIn(f'first/with-attributes: the attribute {key}', found)
            os.setxattr(path, key, value)

    def _apart(self, name):
        """Make a file of its own of one that has several names."""

        def copy(home):
            shutil.copy2(home / name, home / 'copy')
            os.replace(home / 'copy', home / name)

        return copy

    def test_a_link_that_is_a_copy(self):
        found = self.changed(self._apart('also-linked'))
        self.assertEqual(3, len(found))
        self.assertIn(
            "first/also-linked: it is one file with ['first/also-linked'], "
            "not with ['first/also-linked', 'first/linked', "
            "'second/from-another-share']",
            found,
        )

    def test_a_link_to_another_share_that_is_a_copy(self):
        found = self.changed(self._apart('from-another-share'))
        self.assertEqual(3, len(found))
        self.assertIn(
            "not with ['first/from-another-share', ", found[0] + found[1]
        )

    def test_a_copy_that_is_a_link(self):
        def link(home):
            (home / 'mode-0777').unlink()
            os.link(home / 'mode-0644', home / 'mode-0777')

        found = self.changed(link)
        self.assertIn(
            "first/mode-0644: it is one file with ['first/mode-0644', "
            "'first/mode-0777'], not with ['first/mode-0644']",
            found,
        )

    def test_target(self):
        def point(home):
            owner = os.lstat(home / 'link-dangling')
            (home / 'link-dangling').unlink()
            os.symlink('nowhere', home / 'link-dangling')
            os.chown(
                home / 'link-dangling',
                *(owner.st_uid, owner.st_gid),
                follow_symlinks=False,
            )

        self.assertFound(
            [
                "first/link-dangling: the target is b'nowhere', not "
                "b'nowhere/at/all'"
            ],
            point,
        )

    def test_type(self):
        def replace(home):
            for name in ('pipe', 'link-to-file'):
                (home / name).unlink()
                (home / name).touch(0o600)

        self.assertFound(
            [
                'first/link-to-file: the type is 0o100000, not 0o120000',
                'first/pipe: the type is 0o100000, not 0o10000',
            ],
            replace,
        )

    def test_device(self):
        self.need('device nodes')

        def replace(home):
            (home / 'null').unlink()
            os.mknod(home / 'null', stat.S_IFCHR | 0o640, os.makedev(1, 5))
            os.chmod(home / 'null', 0o640)

        self.assertFound(
            [
                f'first/null: the device is {os.makedev(1, 5)}, not '
                f'{os.makedev(1, 3)}'
            ],
            replace,
        )


class TestMake(TreesTestCase):
    def test_all_kinds(self):
        if os.geteuid() == 0:
            self.assertNotIn('owners', self.left_out)
        kinds = {
            stat.S_IFMT(os.lstat(path).st_mode)
            for path in tree_differences.walk(os.fsencode(self.one))
        }
        self.assertLessEqual(
            {stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK, stat.S_IFIFO}, kinds
        )

    def test_more(self):
        path = self.one.parent / 'more'
        trees.make(path, ['only'], small=250, huge=True)
        huge = os.stat(path / 'only/huge')
        self.assertEqual(trees.HUGE, huge.st_size)
        self.assertLess(huge.st_blocks * 512, 2**20)
        self.assertEqual(250, len(list(path.glob('only/small-*/*'))))
        self.assertEqual(3, len(list(path.glob('only/small-*'))))

    def test_in_what_is_there(self):
        path = self.one.parent / 'there'
        (path / 'only').mkdir(parents=True)
        trees.make(path, ['only'])
        again = self.one.parent / 'again'
        trees.make(again, ['only'])
        self.assertEqual([], trees.differences(again, path))

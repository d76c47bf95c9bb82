# SPDX-License-Identifier: Apache-2.0
"""A Btrfs of a test's own, on a loop device."""

import os
import pathlib
import subprocess
import time

import fixtures

from manila_groups.tests import base
from manila_groups.tests import servers


def _run(*command):
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=120
    ).stdout


class BtrfsFixture(fixtures.Fixture):
    """A new Btrfs, unmounted and detached at the end.

    Needs root, btrfs-progs and a loop device; see :func:`use`.

    :param size: in bytes; the file behind it has holes
    :ivar path: the directory where it is mounted
    """

    def __init__(self, size: int = 4 * 2**30):
        super().__init__()
        self._size = size

    def _setUp(self):
        temp = self.useFixture(fixtures.TempDir(rootdir=base.in_memory()))
        temp = pathlib.Path(temp.path)
        image, self.path = temp / 'image', temp / 'mounted'
        image.touch()
        os.truncate(image, self._size)
        self.path.mkdir()
        _run('mkfs.btrfs', '--quiet', str(image))
        # Deleted subvolumes are freed at commits, and the loop device is
        # detached with the last use of it.
        _run('mount', '-o', 'loop,commit=1', str(image), str(self.path))
        self.addCleanup(self._unmount)

    def _unmount(self):
        try:
            _run('umount', str(self.path))
        except subprocess.CalledProcessError:
            _run('umount', '--lazy', str(self.path))

    def subvolumes(self) -> dict[str, str]:
        """Find all subvolumes: number and path from the top."""
        lines = _run('btrfs', 'subvolume', 'list', str(self.path)).splitlines()
        return {line.split()[1]: line.split(maxsplit=8)[8] for line in lines}

    def qgroups(self) -> dict[str, str]:
        """Find the quota groups that are there: number and limit in bytes."""
        _run('sync', '--file-system', str(self.path))
        shown = _run('btrfs', 'qgroup', 'show', '-r', '--raw', str(self.path))
        rows = [line.split() for line in shown.splitlines()[2:]]
        return {row[0].partition('/')[2]: row[3] for row in rows}

    def leftover_qgroups(self) -> set[str]:
        """Wait for what is deleted to be freed, and find what remains."""
        _run('btrfs', 'subvolume', 'sync', str(self.path))
        deadline = time.monotonic() + 30
        while left := set(self.qgroups()) - set(self.subvolumes()) - {'5'}:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return left


def use(test) -> BtrfsFixture:
    """Make a Btrfs for a test; skip the test where that can't be done."""
    if os.geteuid():
        return servers.not_there(test, 'a Btrfs', 'it takes root to make one')
    try:
        return test.useFixture(BtrfsFixture())
    except fixtures.MultipleExceptions as error:
        return servers.not_there(test, 'a Btrfs', _reason(error.args[0][1]))
    except (OSError, subprocess.SubprocessError) as error:
        return servers.not_there(test, 'a Btrfs', _reason(error))


def _reason(error):
    said = getattr(error, 'stderr', None) or error
    return f'it takes mkfs.btrfs, CAP_SYS_ADMIN and a loop device: {said}'

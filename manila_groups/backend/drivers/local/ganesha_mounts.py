# SPDX-License-Identifier: Apache-2.0
"""Mounts that let NFS-Ganesha see the subvolumes of a Btrfs.

NFS-Ganesha exports only file systems in the mount table. A subvolume is a file
system of its own that is not in the table. Only builds with libbtrfsutil find
subvolumes, and Debian's is not one. So each subvolume with shares is also
mounted in a directory of the back end.
"""

import contextlib
import os
import re

from manila_groups import exception
from manila_groups.backend.drivers.local import privileged

_ESCAPED = re.compile(r'\\([0-7]{3})')


class Mounts:
    """The mounts of one back end.

    :param path: the directory for them
    :param call: runs privileged functions
    """

    def __init__(self, path: str, call: privileged.Caller):
        self._path = path
        self._call = call

    def split(self, path: str) -> tuple[str, str]:
        """Find the subvolume that a directory is in.

        :returns: the root of the subvolume, and the path in it; the root is
            empty if the directory needs no mount of its own
        :raises FileNotFoundError: if the directory does not exist
        """
        path = os.path.realpath(path, strict=True)
        root = path
        while os.stat(os.path.dirname(root)).st_dev == os.stat(path).st_dev:
            if root == '/':
                break
            root = os.path.dirname(root)
        if root in _mount_points():
            return '', path
        return root, os.path.relpath(path, root)

    def where(self, volume: str) -> str:
        """Return the path of a mount."""
        return os.path.join(self._path, volume)

    def is_made(self, root: str) -> bool:
        """Return whether a subvolume is mounted.

        :param root: its path; the last part names the mount
        """
        try:
            return os.path.samefile(root, self._target(root))
        except FileNotFoundError:
            return False

    def make(self, root: str) -> None:
        """Mount a subvolume.

        :raises DriverError: if it cannot be mounted
        """
        target = self._target(root)
        os.makedirs(target, mode=0o750, exist_ok=True)
        self._unmount(target)
        try:
            self._call('mount', root, target)
        except exception.DriverError:
            # NFS-Ganesha must not find an empty directory when it starts.
            os.rmdir(target)
            raise

    def remove(self, volume: str) -> None:
        """Unmount a subvolume, if it is mounted.

        :raises DriverError: if it cannot be unmounted
        """
        target = self.where(volume)
        self._unmount(target)
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(target)

    def _target(self, root):
        return self.where(os.path.basename(root))

    def _unmount(self, target):
        for _mount in range(_mount_points().count(os.path.realpath(target))):
            self._call('unmount', target)


def _mount_points():
    with open('/proc/self/mountinfo', encoding='utf-8') as table:
        fields = (line.split(' ')[4] for line in table)
        return [_ESCAPED.sub(_unescape, field) for field in fields]


def _unescape(match):
    return chr(int(match.group(1), 8))

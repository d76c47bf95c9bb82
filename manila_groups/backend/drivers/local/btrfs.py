# SPDX-License-Identifier: Apache-2.0
"""Share groups as subvolumes of Btrfs.

A group is one subvolume, so a snapshot of it is of one point in time for all
its shares, and its quota group limits their total size. A share that is not in
a group is a subvolume too.
"""

import contextlib
import fcntl
import os
import stat
import struct
import uuid

from manila_groups import exception
from manila_groups.backend.drivers.local import paths
from manila_groups.backend.drivers.local import storage

# From linux/btrfs.h.
_FS_INFO = 0x8400941F
_FS_INFO_SIZE = 1024
_INO_LOOKUP = 0xD0009412
_INO_LOOKUP_SIZE = 4096
_FIRST_INODE = 256

#: Prefix in the trash: a subvolume whose quota group may still exist.
_NOTE = 'qgroup.'


def find_uuid(path: str) -> uuid.UUID | None:
    """Find the id of the Btrfs of a directory; None if it is not on one."""
    try:
        answer = _ioctl(path, _FS_INFO, bytearray(_FS_INFO_SIZE))
    except OSError:
        return None
    return uuid.UUID(bytes=bytes(answer[16:32]))


def find_number(path: str) -> int:
    """Find the number of a subvolume.

    :raises DriverError: if the directory is not a subvolume
    """
    if not _is_subvolume(path):
        raise exception.DriverError(
            f'{path} is not a Btrfs subvolume, so this service did not create '
            'it; move it away'
        )
    asked = bytearray(_INO_LOOKUP_SIZE)
    struct.pack_into('=QQ', asked, 0, 0, _FIRST_INODE)
    return struct.unpack_from('=Q', _ioctl(path, _INO_LOOKUP, asked))[0]


def _is_subvolume(path):
    found = os.lstat(path)
    return stat.S_ISDIR(found.st_mode) and found.st_ino == _FIRST_INODE


def _ioctl(path, request, argument):
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    directory = os.open(path, flags)
    try:
        fcntl.ioctl(directory, request, argument)
        return argument
    finally:
        os.close(directory)


class Btrfs(storage.Storage):
    """Subvolumes, which are created and deleted atomically.

    :param fsid: the id of the file system
    """

    consistent = 'pool'

    def __init__(self, path, call, fsid):
        super().__init__(path, call)
        self._qgroups = f'/sys/fs/btrfs/{fsid}/qgroups'

    def setup(self):
        self.call('enable_quotas', self.path)
        self._forget_gone(at_once=True)
        super().setup()

    def used_bytes(self):
        # Blocks shared by several subvolumes count in each of them, but only
        # once in the file system, so the caller caps the sum.
        total = 0
        for directory in (paths.GROUPS, paths.SHARES):
            for name in os.listdir(self.at(directory)):
                with contextlib.suppress(OSError, exception.DriverError):
                    total += self._figure(
                        'referenced', self.at(directory, name)
                    )
        return total

    def make(self, path, mode):
        if storage.exists(path):
            self._number(path)
        self.call('make_subvolume', path, mode, os.geteuid(), os.getegid())
        storage.sync_parent(path)

    def clear(self, path):
        if _is_subvolume(path):
            self.remove(path)
        elif not os.path.basename(path).startswith(_NOTE):
            super().clear(path)

    def remove(self, path):
        if storage.exists(path):
            number = self._number(path)
            # Without the note, a crash would leave the quota group behind.
            note = self.at(paths.TRASH, f'{_NOTE}{number}')
            os.close(os.open(note, os.O_CREAT | os.O_WRONLY, 0o640))
            self.call('delete_subvolume', path)
            storage.sync_parent(path)
            self.call('forget_subvolume', self.path, number)
        self._forget_gone()

    def _forget_gone(self, at_once=False):
        """Delete the notes of quota groups that no longer exist.

        :param at_once: try first to remove the quota groups that exist
        """
        for name in os.listdir(self.at(paths.TRASH)):
            number = name.removeprefix(_NOTE)
            if number == name:
                continue
            if at_once:
                self.call('forget_subvolume', self.path, int(number))
            if not os.path.exists(f'{self._qgroups}/0_{number}'):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.at(paths.TRASH, name))

    def limit(self, path, size_gb):
        self.call('limit_subvolume', path, size_gb * storage.GIB)

    def check_size(self, share):
        path, size_gb = self.share_path(share), share.size_gb
        what = f'share {share.id}'
        if share.share_group_id is not None:
            path, size_gb = os.path.dirname(path), share.group_size_gb
            what = f'share group {share.share_group_id}'
        if 0 < self._figure('max_referenced', path) <= size_gb * storage.GIB:
            return
        self.call('flush', path)
        if share.share_group_id is not None:
            super().check_size(share)
        storage.refuse_less(what, self._figure('referenced', path), size_gb)

    def keep(self, source, target, share_ids):
        self.call('snapshot', source, target, True)
        storage.sync_parent(target)

    def copy_group(self, source, target, names):
        self.call('snapshot', source, target, False)
        # The copied limit of a full group would refuse the changes.
        self.limit(target, 0)
        for name in os.listdir(target):
            path = os.path.join(target, name)
            if name in names:
                os.rename(path, os.path.join(target, names[name]))
            else:
                self.call('remove', path)

    def _number(self, path):
        """Find the number of a subvolume, also without access to it."""
        try:
            return find_number(path)
        except PermissionError:
            # Clients may change mode and owner of a share outside of groups.
            return self.call('number_subvolume', path)

    def _figure(self, name, path):
        """Read a counter of the kernel for a subvolume, in bytes."""
        file = f'{self._qgroups}/0_{self._number(path)}/{name}'
        with open(file, encoding='utf-8') as figure:
            return int(figure.read())

# SPDX-License-Identifier: Apache-2.0
"""Share groups as subvolumes of Btrfs.

A group is one subvolume, so a snapshot of it is one moment of all its
shares, and its quota group limits what they hold together. A share that is
in no group is a subvolume too.
"""

import contextlib
import fcntl
import os
import stat
import struct
import uuid

from manila_groups import exception
from manila_groups.backend.drivers.local import place
from manila_groups.backend.drivers.local import storage

# From linux/btrfs.h.
_FS_INFO = 0x8400941F
_FS_INFO_SIZE = 1024
_INO_LOOKUP = 0xD0009412
_INO_LOOKUP_SIZE = 4096
_FIRST_INODE = 256

#: In the trash: a subvolume whose quota group may still be there.
_NOTE = 'qgroup.'


def find_uuid(path: str) -> uuid.UUID | None:
    """Find the id of the Btrfs that a directory is on; None is no Btrfs."""
    try:
        answer = _ioctl(path, _FS_INFO, bytearray(_FS_INFO_SIZE))
    except OSError:
        return None
    return uuid.UUID(bytes=bytes(answer[16:32]))


def find_number(path: str) -> int:
    """Find the number of a subvolume.

    :raises DriverError: if the directory is none
    """
    if not _is_subvolume(path):
        raise exception.DriverError(
            f'{path} is not a Btrfs subvolume, so none of ours; move it away'
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
    """Subvolumes, which appear and go in one step each.

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
        # Blocks that several share count for each, but in the file system
        # only once; the caller knows how much of that is in use.
        total = 0
        for directory in (place.GROUPS, place.SHARES):
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
            # It says what is left to do when the subvolume is gone.
            note = self.at(place.TRASH, f'{_NOTE}{number}')
            os.close(os.open(note, os.O_CREAT | os.O_WRONLY, 0o640))
            self.call('delete_subvolume', path)
            storage.sync_parent(path)
            self.call('forget_subvolume', self.path, number)
        self._forget_gone()

    def _forget_gone(self, at_once=False):
        """Drop the notes of those whose quota group is gone.

        :param at_once: try to remove the quota groups that are not
        """
        for name in os.listdir(self.at(place.TRASH)):
            number = name.removeprefix(_NOTE)
            if number == name:
                continue
            if at_once:
                self.call('forget_subvolume', self.path, int(number))
            if not os.path.exists(f'{self._qgroups}/0_{number}'):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.at(place.TRASH, name))

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
        # A full group's limit, which came along, would refuse the changes.
        self.limit(target, 0)
        for name in os.listdir(target):
            path = os.path.join(target, name)
            if name in names:
                os.rename(path, os.path.join(target, names[name]))
            else:
                self.call('remove', path)

    def _number(self, path):
        """Find the number of a subvolume, which may be closed to us."""
        try:
            return find_number(path)
        except PermissionError:
            # A lone share's own mode and owner are up to its clients.
            return self.call('number_subvolume', path)

    def _figure(self, name, path):
        """Read what the kernel counts for a subvolume, in bytes."""
        file = f'{self._qgroups}/0_{self._number(path)}/{name}'
        with open(file, encoding='utf-8') as figure:
            return int(figure.read())

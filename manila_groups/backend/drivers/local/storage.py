# SPDX-License-Identifier: Apache-2.0
"""What both kinds of storage have in common: paths, and all or nothing.

Below the back end's ``local_path``::

    .manila-groups                   says whose directory this is
    groups/<group>/<share>/          a share of a group
    shares/<share>/                  a share that is in no group
    snapshots/<snapshot>/<share>/    the bytes of a share at a moment
    drafts/                          what is being made
    trash/                           what is being removed
"""

import abc
import contextlib
import errno
import os
import re
import stat
import uuid

from manila_groups import exception
from manila_groups.backend.drivers.local import place

#: Any client's user may write to a share; the directories above are ours.
SHARE_MODE = 0o777

GIB = 2**30
_CANONICAL = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


def is_id(text: str) -> bool:
    """Tell whether this is a UUID in lower case with hyphens."""
    return bool(_CANONICAL.fullmatch(text))


def exists(path: str) -> bool:
    """Tell whether a directory of ours is there.

    :raises NotADirectoryError: if it is something else
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(
            errno.ENOTDIR,
            'not a directory, so none of ours; remove it by hand',
            path,
        )
    return True


def sync_parent(path: str) -> None:
    """Make what was made, renamed or removed at a path durable."""
    directory = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Storage(abc.ABC):
    """One way to keep share groups below a path.

    :param path: the back end's ``local_path``
    :param call: does what needs privileges:
        :class:`~manila_groups.backend.drivers.local.privileged.Caller`
    """

    #: The value of ``consistent_snapshot_support``; None does not report it.
    consistent: str | None = None

    def __init__(self, path, call):
        self.path = path
        self.call = call

    def at(self, *names: str) -> str:
        """Return a path below the back end's."""
        return os.path.join(self.path, *names)

    def share_path(self, share) -> str:
        """Return where a share's bytes are."""
        if share.share_group_id is None:
            return self.at(place.SHARES, share.id)
        return self.at(place.GROUPS, share.share_group_id, share.id)

    def shares_of(self, group_id: str) -> list[str]:
        """List the shares that a group's directory holds."""
        path = self.at(place.GROUPS, group_id)
        return _ids(path) if exists(path) else []

    def shares(self) -> set[str]:
        """List all shares, in groups and alone."""
        found = set(_ids(self.at(place.SHARES)))
        for group_id in _ids(self.at(place.GROUPS)):
            found.update(self.shares_of(group_id))
        return found

    def setup(self) -> None:
        """Finish what was cut short."""
        for directory in (place.DRAFTS, place.TRASH):
            for name in os.listdir(self.at(directory)):
                self.clear(self.at(directory, name))

    def clear(self, path: str) -> None:
        """Remove whatever is in a draft's or in the trash's place."""
        self.call('remove', path)

    @abc.abstractmethod
    def used_bytes(self) -> int:
        """Say how much shares hold; 0 when that is not known."""

    @abc.abstractmethod
    def make(self, path: str, mode: int) -> None:
        """Make the directory of a group or of a lone share."""

    @abc.abstractmethod
    def remove(self, path: str) -> None:
        """Remove a directory tree of either; it may be gone already."""

    @abc.abstractmethod
    def copy_group(self, source: str, target: str, names: dict) -> None:
        """Copy a directory of shares into one that is not there yet.

        :param names: what each of its shares is to be called
        """

    @abc.abstractmethod
    def limit(self, path: str, size_gb: int) -> None:
        """Let a group or a lone share hold so much, if that can be done.

        :param size_gb: in GiB; 0 is without a limit
        """

    def create_group(self, group_id):
        self.make(self.at(place.GROUPS, group_id), place.MODE)

    def delete_group(self, group_id):
        self.remove(self.at(place.GROUPS, group_id))

    def create_share(self, share):
        path = self.share_path(share)
        if share.share_group_id is None:
            self.make(path, SHARE_MODE)
            self.limit_for(share)
        else:
            _need_group(path)
            # A full group takes no directory before its limit is raised.
            self.limit_for(share)
            _make_member(path)

    def delete_share(self, share):
        path = self.share_path(share)
        if share.share_group_id is None:
            self.remove(path)
        elif exists(os.path.dirname(path)):
            self.call('remove', path)
            sync_parent(path)
            self.limit_for(share)

    def resize_share(self, share):
        if not exists(self.share_path(share)):
            raise exception.DriverError(f'share {share.id} is not there')
        self.check_size(share)
        self.limit_for(share)

    def check_size(self, share):
        """Refuse a size that is less than what the share holds."""
        held = self.call('usage', self.share_path(share))
        refuse_less(f'share {share.id}', held, share.size_gb)

    def limit_for(self, share):
        """Set the limit of what a share's size counts in."""
        if share.share_group_id is None:
            self.limit(self.share_path(share), share.size_gb)
        else:
            group = self.at(place.GROUPS, share.share_group_id)
            self.limit(group, share.group_size_gb)

    def create_snapshot(self, snapshot):
        source = self.at(place.GROUPS, snapshot.share_group_id)
        target = self.at(place.SNAPSHOTS, snapshot.id)
        if not exists(target):
            _need(source, snapshot.share_ids)
            self.keep(source, target, snapshot.share_ids)

    @abc.abstractmethod
    def keep(self, source: str, target: str, share_ids: tuple) -> None:
        """Make a snapshot of a group's directory."""

    def delete_snapshot(self, snapshot_id):
        self.remove(self.at(place.SNAPSHOTS, snapshot_id))

    def clone(self, group_id, snapshot_id, clones):
        target = self.at(place.GROUPS, group_id)
        names = {clone.source_share_id: clone.share.id for clone in clones}
        size_gb = max(
            (clone.share.group_size_gb for clone in clones), default=0
        )
        if not exists(target):
            source = self.at(place.SNAPSHOTS, snapshot_id)
            _need(source, names)
            with self.draft(target) as draft:
                self.copy_group(source, draft, names)
        self.limit(target, size_gb)

    @contextlib.contextmanager
    def draft(self, target):
        """Name a directory to fill, which becomes the target at the end.

        Each attempt has a name of its own: a command that an earlier one
        left behind can't write to it.
        """
        group_id = os.path.basename(target)
        for name in os.listdir(self.at(place.DRAFTS)):
            if name.startswith(group_id):
                self.remove(self.at(place.DRAFTS, name))
        draft = self.at(place.DRAFTS, f'{group_id}.{uuid.uuid4().hex}')
        try:
            yield draft
            os.rename(draft, target)
        except BaseException:
            self.remove(draft)
            raise
        sync_parent(target)
        sync_parent(draft)


def refuse_less(what: str, held: int, size_gb: int) -> None:
    """Refuse a size in GiB for something that holds more bytes.

    :raises PossibleDataLoss: if it does
    """
    if held > size_gb * GIB:
        raise exception.PossibleDataLoss(
            f'{what} holds {held / GIB:.2f} GiB, which is more than '
            f'{size_gb} GiB'
        )


def _ids(path):
    return [name for name in os.listdir(path) if is_id(name)]


def _need_group(path):
    group = os.path.dirname(path)
    if not exists(group):
        raise exception.DriverError(
            f'share group {os.path.basename(group)} is not there'
        )


def _make_member(path):
    if not exists(path):
        os.mkdir(path, SHARE_MODE)
    set_mode(path, SHARE_MODE)
    sync_parent(path)


def set_mode(path: str, mode: int) -> None:
    """Give a directory a mode, unless it has it."""
    # The mask of the process may have taken some away.
    if stat.S_IMODE(os.lstat(path).st_mode) != mode:
        os.chmod(path, mode)


def _need(source, share_ids):
    """Refuse to copy what is not there."""
    for wanted in ('', *share_ids):
        if not exists(os.path.join(source, wanted)):
            raise exception.DriverError(
                f'{os.path.join(source, wanted)} is not there, so it can not '
                'be copied'
            )

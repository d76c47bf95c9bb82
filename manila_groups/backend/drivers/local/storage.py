# SPDX-License-Identifier: Apache-2.0
"""The common part of both kinds of storage: paths and atomic changes.

Below the back end's ``local_path``::

    .manila-groups                   names the back end that owns this
    groups/<group>/<share>/          a share of a group
    shares/<share>/                  a share that is not in a group
    snapshots/<snapshot>/<share>/    a copy of a share in a snapshot
    drafts/                          directories that are being created
    trash/                           directories that are being removed
"""

import abc
from collections.abc import Iterable
import contextlib
import errno
import os
import re
import stat
import uuid

from oslo_log import log

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import exchange
from manila_groups.backend.drivers.local import paths

LOG = log.getLogger(__name__)

#: All users of clients may write to a share, but not to its parents.
SHARE_MODE = 0o777

GIB = 2**30
#: Errors of a file system, or a C library, that cannot exchange directories.
_CANNOT = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
_CANONICAL = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


def is_id(text: str) -> bool:
    """Tell whether this is a UUID in lower case with hyphens."""
    return bool(_CANONICAL.fullmatch(text))


def exists(path: str) -> bool:
    """Tell whether a directory of this service exists.

    :raises NotADirectoryError: if the path is something else
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(
            errno.ENOTDIR,
            'not a directory, so this service did not create it; remove it',
            path,
        )
    return True


def sync_parent(path: str) -> None:
    """Make the creation, renaming or removal of a path durable."""
    directory = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Storage(abc.ABC):
    """One way to keep share groups below a path.

    :param path: the back end's ``local_path``
    :param call: runs privileged functions:
        :class:`~manila_groups.backend.drivers.local.privileged.Caller`
    """

    #: The value of ``consistent_snapshot_support``; None if not reported.
    consistent: str | None = None

    def __init__(self, path, call):
        self.path = path
        self.call = call

    def at(self, *names: str) -> str:
        """Return a path below ``local_path``."""
        return os.path.join(self.path, *names)

    def group_path(self, group_id: str) -> str:
        """Return the directory of a share group."""
        return self.at(paths.GROUPS, group_id)

    def snapshot_path(self, snapshot_id: str) -> str:
        """Return the directory of a share group snapshot."""
        return self.at(paths.SNAPSHOTS, snapshot_id)

    def share_path(self, share) -> str:
        """Return the directory of a share."""
        if share.share_group_id is None:
            return self.at(paths.SHARES, share.id)
        return self.at(paths.GROUPS, share.share_group_id, share.id)

    def shares_of(self, group_id: str) -> list[str]:
        """List the shares in the directory of a group."""
        path = self.group_path(group_id)
        return _ids(path) if exists(path) else []

    def shares(self) -> set[str]:
        """List all shares, in groups and outside."""
        found = set(_ids(self.at(paths.SHARES)))
        for group_id in _ids(self.at(paths.GROUPS)):
            found.update(self.shares_of(group_id))
        return found

    def setup(self) -> None:
        """Remove what interrupted work has left."""
        for directory in (paths.DRAFTS, paths.TRASH):
            for name in os.listdir(self.at(directory)):
                self.clear(self.at(directory, name))

    def clear(self, path: str) -> None:
        """Remove an entry of the drafts or the trash."""
        self.call('remove', path)

    @abc.abstractmethod
    def used_bytes(self) -> int:
        """Return how many bytes shares use; 0 if unknown."""

    @abc.abstractmethod
    def make(self, path: str, mode: int) -> None:
        """Create the directory of a group or of a share outside of groups."""

    @abc.abstractmethod
    def remove(self, path: str) -> None:
        """Remove such a directory; it may have been removed already."""

    @abc.abstractmethod
    def copy_group(self, source: str, target: str, names: dict) -> None:
        """Copy a directory of shares to a new directory.

        :param names: the id of each share, and its name in the copy
        """

    @abc.abstractmethod
    def limit(self, path: str, size_gb: int) -> None:
        """Limit the size of a directory, if the storage supports it.

        :param size_gb: in GiB; 0 for no limit
        """

    def create_group(self, group_id):
        self.make(self.group_path(group_id), paths.MODE)

    def delete_group(self, group_id):
        self.remove(self.group_path(group_id))

    def create_share(self, share):
        path = self.share_path(share)
        if share.share_group_id is None:
            self.make(path, SHARE_MODE)
            self.limit_for(share)
        else:
            _need_group(path)
            # A full group refuses a directory before its limit is raised.
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
            raise exception.DriverError(f'share {share.id} does not exist')
        self.check_size(share)
        self.limit_for(share)

    def check_size(self, share):
        """Refuse a size that is smaller than the usage of the share."""
        held = self.call('usage', self.share_path(share))
        refuse_less(f'share {share.id}', held, share.size_gb)

    def limit_for(self, share):
        """Set the limit of a share, or of its group if it is in one."""
        if share.share_group_id is None:
            self.limit(self.share_path(share), share.size_gb)
        else:
            group = self.group_path(share.share_group_id)
            self.limit(group, share.group_size_gb)

    def create_snapshot(self, snapshot):
        source = self.group_path(snapshot.share_group_id)
        target = self.snapshot_path(snapshot.id)
        if not exists(target):
            need(source, snapshot.share_ids)
            self.keep(source, target, snapshot.share_ids)

    @abc.abstractmethod
    def keep(self, source: str, target: str, share_ids: tuple) -> None:
        """Make a snapshot of a group's directory."""

    def delete_snapshot(self, snapshot_id):
        self.remove(self.snapshot_path(snapshot_id))

    def clone(self, group_id, source, clones):
        target = self.group_path(group_id)
        names = {clone.source_share_id: clone.share.id for clone in clones}
        if not exists(target):
            need(source, names)
            with self.draft(target) as draft:
                self.copy_group(source, draft, names)
        self.limit(target, sum_of(clone.share for clone in clones))

    def can_exchange(self) -> bool:
        """Find out whether two directories can change places at once."""
        pair = [self.at(paths.DRAFTS, uuid.uuid4().hex) for _ in range(2)]
        try:
            for one in pair:
                os.mkdir(one)
            exchange.exchange(*pair)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
            LOG.warning(
                'Share groups in %s cannot be reverted: %s', self.path, error
            )
            return False
        finally:
            for one in pair:
                with contextlib.suppress(FileNotFoundError):
                    os.rmdir(one)
        return True

    def revert(self, snapshot, shares, close) -> None:
        """Put a copy of a snapshot in the place of its group.

        :param close: as in :meth:`replace`
        :raises NothingChanged: the group is as it was
        """
        source = self.snapshot_path(snapshot.id)
        names = {one.id: one.id for one in shares}

        def copy(draft):
            need(source, names)
            # What is not copied would be gone.
            _need_all(snapshot, names)
            self.copy_group(source, draft, names)

        self.replace(snapshot.share_group_id, shares, copy, close)

    def replace(self, group_id, shares, make, close) -> None:
        """Put something else in the place of a group.

        :param make: makes it as the path that it is called with
        :param close: called with the shares when it is there: nobody may use
            them until the end
        :raises NothingChanged: the group is as it was
        """
        target = self.group_path(group_id)
        with unchanged(), self._drafted(target) as draft:
            need(target, ())
            make(draft)
            self.limit(draft, sum_of(shares))
            close(shares)
            exchange.exchange(draft, target)
        sync_parent(target)
        sync_parent(draft)
        self._discard(draft)

    def _discard(self, draft):
        """Remove what was replaced, or leave it for later."""
        try:
            self.remove(draft)
        except (exception.DriverError, OSError) as error:
            LOG.warning(
                'Failed to remove %s; it goes when the back end starts, or '
                'with the next attempt: %s',
                draft,
                error,
            )

    @contextlib.contextmanager
    def draft(self, target):
        """Yield a new directory, which is renamed to the target at the end."""
        with self._drafted(target) as draft:
            yield draft
            os.rename(draft, target)
        sync_parent(target)
        sync_parent(draft)

    @contextlib.contextmanager
    def _drafted(self, target):
        """Yield a path for what shall come to the place of a target.

        Each attempt has a unique name, so that a command that an earlier one
        left running cannot write to it.
        """
        group_id = os.path.basename(target)
        for directory in (paths.DRAFTS, paths.TRASH):
            for name in os.listdir(self.at(directory)):
                if name.startswith(f'{group_id}.'):
                    self.clear(self.at(directory, name))
        draft = self.at(paths.DRAFTS, f'{group_id}.{uuid.uuid4().hex}')
        try:
            yield draft
        except BaseException:
            self.remove(draft)
            raise


@contextlib.contextmanager
def unchanged():
    """Say of final errors that nothing has changed."""
    try:
        yield
    except exception.TransientDriverError:
        raise
    except exception.DriverError as error:
        raise exception.NothingChanged(error.message) from error
    except OSError as error:
        if paths.kind_of(error) is exception.TransientDriverError:
            raise
        where = f'{error.filename}: ' if error.filename else ''
        reason = f'{where}{error.strerror}'
        raise exception.NothingChanged(reason) from error


def sum_of(shares: Iterable[driver.Share]) -> int:
    """Return the sum of the sizes of all shares of a group, in GiB."""
    return max((one.group_size_gb for one in shares), default=0)


def refuse_less(what: str, held: int, size_gb: int) -> None:
    """Refuse a size in GiB that is smaller than the usage in bytes.

    :raises PossibleDataLoss: if it is smaller
    """
    if held > size_gb * GIB:
        raise exception.PossibleDataLoss(
            f'{what} contains {held / GIB:.2f} GiB, which is more than '
            f'{size_gb} GiB'
        )


def _ids(path):
    return [name for name in os.listdir(path) if is_id(name)]


def _need_group(path):
    group = os.path.dirname(path)
    if not exists(group):
        raise exception.DriverError(
            f'share group {os.path.basename(group)} does not exist'
        )


def _make_member(path):
    if not exists(path):
        os.mkdir(path, SHARE_MODE)
    set_mode(path, SHARE_MODE)
    sync_parent(path)


def set_mode(path: str, mode: int) -> None:
    """Set the mode of a directory."""
    # The umask of the process may have cleared some bits.
    if stat.S_IMODE(os.lstat(path).st_mode) != mode:
        os.chmod(path, mode)


def _need_all(snapshot, share_ids):
    if set(snapshot.share_ids) != set(share_ids):
        raise exception.DriverError(
            f'share group {snapshot.share_group_id} has other shares than its '
            f'snapshot {snapshot.id}'
        )


def need(source: str, share_ids: Iterable[str]) -> None:
    """Refuse to copy missing directories."""
    for wanted in ('', *share_ids):
        if not exists(os.path.join(source, wanted)):
            raise exception.DriverError(
                f'{os.path.join(source, wanted)} does not exist, so it '
                'cannot be copied'
            )

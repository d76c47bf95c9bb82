# SPDX-License-Identifier: Apache-2.0
"""Snapshots whose files are read, and share groups made of a backup's files.

Who reads and writes the files is root, and knows neither the kinds of storage
nor the names that directories get.
"""

from collections.abc import Callable
import contextlib
import errno
import os
import stat

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import paths
from manila_groups.backend.drivers.local import storage

Shares = list[driver.Share]

#: What to do after an error, with the sum of the sizes of all shares.
_NO_ROOM = {
    errno.EDQUOT: 'the files need more than the {} GiB of all shares',
    errno.ENOSPC: 'make room in the file system, or extend it',
}


def find(kept: storage.Storage, snapshot: driver.ShareGroupSnapshot) -> str:
    """Find the directory of a snapshot, with those of all its shares."""
    path = kept.snapshot_path(snapshot.id)
    storage.need(path, snapshot.share_ids)
    return path


def create(
    kept: storage.Storage,
    group_id: str,
    clones: list[driver.Clone],
    fill: driver.Fill,
) -> None:
    """Make a group of files, unless it exists."""
    target = kept.group_path(group_id)
    if not storage.exists(target):
        with kept.draft(target) as draft:
            _make(kept, draft, clones, fill)
    kept.limit(target, storage.sum_of(_shares(clones)))


def restore(
    kept: storage.Storage,
    group_id: str,
    clones: list[driver.Clone],
    fill: driver.Fill,
    close: Callable[[Shares], None],
) -> None:
    """Put files in the place of those of a group.

    :param close: as in :meth:`~.storage.Storage.replace`
    :raises NothingChanged: the group is as it was
    """
    shares = _shares(clones)

    def make(draft):
        _need_no_others(kept, group_id, shares)
        _make(kept, draft, clones, fill)

    kept.replace(group_id, shares, make, close)


def _shares(clones):
    return [clone.share for clone in clones]


def _need_no_others(kept, group_id, shares):
    """Refuse to replace a directory with shares that would be gone then."""
    others = set(kept.shares_of(group_id)) - {share.id for share in shares}
    if others:
        raise exception.DriverError(
            f'share group {group_id} has shares for which there are no files: '
            f'{", ".join(sorted(others))}'
        )


def _make(kept, draft, clones, fill):
    """Make a directory with the limit of a group, and files in it."""
    size_gb = storage.sum_of(_shares(clones))
    kept.make(draft, paths.MODE)
    kept.limit(draft, size_gb)
    with _fitting(size_gb):
        fill(draft)
        kept.call('flush', draft)
    storage.set_mode(draft, paths.MODE)
    names = {clone.source_share_id: clone.share.id for clone in clones}
    _check(draft, names)
    _rename(kept, draft, names)


@contextlib.contextmanager
def _fitting(size_gb):
    """Say what to do if the files have no room."""
    try:
        yield
    except exception.TransientDriverError:
        raise
    except (OSError, exception.DriverError) as error:
        for number, advice in _NO_ROOM.items():
            # Programs have the same words for it.
            if os.strerror(number).lower() in str(error).lower():
                raise exception.DriverError(
                    f'{error}: {advice.format(size_gb)}'
                ) from error
        raise


def _check(draft, names):
    """Refuse anything but directories in the places of the shares."""
    for name in names:
        path = os.path.join(draft, name)
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            mode = 0
        if not stat.S_ISDIR(mode):
            raise exception.DriverError(
                f'there is no directory {name} in the files, which are those '
                'of another share group, or damaged'
            )


def _rename(kept, draft, names):
    """Give the shares their new names, and remove everything else."""
    for name in set(os.listdir(draft)) - set(names):
        kept.call('remove', os.path.join(draft, name))
    # A new name may be the old one of another share.
    aside = {f'{new_name}.new': new_name for new_name in names.values()}
    for old, new in (*zip(names, aside, strict=True), *aside.items()):
        os.rename(os.path.join(draft, old), os.path.join(draft, new))

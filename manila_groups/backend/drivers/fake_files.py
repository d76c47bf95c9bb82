# SPDX-License-Identifier: Apache-2.0
"""The files of the shares and snapshots that there are not, in memory."""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import os
import pathlib
import tempfile
import threading

from manila_groups import exception
from manila_groups.backend import driver

#: The path of each file in a share, and what is in it; never changed.
Content = Mapping[str, bytes]


class Files:
    """What shares and snapshots contain; those not known are empty."""

    def __init__(self):
        self._lock = threading.Lock()
        self._shares: dict[str, Content] = {}
        self._snapshots: dict[str, dict[str, Content]] = {}

    def of(self, share_id: str) -> Content:
        """Return what is in a share."""
        with self._lock:
            return self._shares.get(share_id, {})

    def put(self, contents: Mapping[str, Content]) -> None:
        """Replace what is in some shares, by their ids."""
        with self._lock:
            self._shares.update(contents)

    def forget(self, share_id: str) -> None:
        """Forget what is in a share."""
        with self._lock:
            self._shares.pop(share_id, None)

    def keep(self, snapshot: driver.ShareGroupSnapshot) -> None:
        """Keep what is in the shares of a snapshot, unless it is kept."""
        with self._lock:
            self._snapshots.setdefault(
                snapshot.id,
                {one: self._shares.get(one, {}) for one in snapshot.share_ids},
            )

    def kept(self, snapshot: driver.ShareGroupSnapshot) -> dict[str, Content]:
        """Return what the shares of a snapshot contain, by their ids."""
        with self._lock:
            found = self._snapshots.get(snapshot.id, {})
            return {one: found.get(one, {}) for one in snapshot.share_ids}

    def drop(self, snapshot_id: str) -> None:
        """Forget a snapshot."""
        with self._lock:
            self._snapshots.pop(snapshot_id, None)


@contextlib.contextmanager
def written(contents: Mapping[str, Content]) -> Iterator[str]:
    """Write the files of shares to a directory that goes at the end."""
    with tempfile.TemporaryDirectory() as path:
        for share_id, content in contents.items():
            home = pathlib.Path(path, share_id)
            home.mkdir()
            for name, data in content.items():
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                (home / name).write_bytes(data)
        yield path


def taken(clones: list[driver.Clone], fill: driver.Fill) -> dict[str, Content]:
    """Let the files of shares be written, and take them.

    :returns: what is in the new shares, by their ids
    :raises DriverError: a share is not there
    """
    with tempfile.TemporaryDirectory() as path:
        fill(path)
        return {
            clone.share.id: _read(pathlib.Path(path, clone.source_share_id))
            for clone in clones
        }


def _read(home):
    if home.is_symlink() or not home.is_dir():
        raise exception.DriverError(f'there is no directory {home.name}')
    return {
        os.path.relpath(path, home): path.read_bytes()
        for path in home.rglob('*')
        if path.is_file() and not path.is_symlink()
    }

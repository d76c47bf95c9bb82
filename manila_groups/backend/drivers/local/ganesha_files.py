# SPDX-License-Identifier: Apache-2.0
"""The directory of exports that the configuration of NFS-Ganesha includes.

NFS-Ganesha reads every file in the directory, whatever its name, but none of
a directory in it::

    <back end>,<volume>,<share id>,<export id>.conf    one export each
    .manila-groups/lock     held by who changes something; the last export id
    .manila-groups/draft    a file that is being written

Back ends that have an NFS-Ganesha in common have this in common, too.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import fcntl
import json
import os

from manila_groups.backend import driver

_STATE = '.manila-groups'
_MAX_ID = 65535
_SUFFIX = '.conf'


@dataclasses.dataclass(frozen=True)
class Export:
    """What the name of a file says.

    :param backend: the back end that the share is in
    :param volume: the mount that the share is exported through; may be empty
    :param share_id: a UUID
    :param export_id: 1 to 65535, unique in the NFS-Ganesha
    """

    backend: str
    volume: str
    share_id: str
    export_id: int

    @property
    def file(self) -> str:
        """The name of the file."""
        fields = (self.backend, self.volume, self.share_id, self.export_id)
        return ','.join(map(str, fields)) + _SUFFIX


@dataclasses.dataclass(frozen=True)
class Record:
    """What the first line of a file says: all that the export is made of.

    :param path: the directory of the share
    :param rules: who may use it
    """

    path: str
    rules: tuple[driver.AccessRule, ...]

    def line(self) -> str:
        """Write this as a comment."""
        return f'# {json.dumps(dataclasses.asdict(self), sort_keys=True)}\n'

    @classmethod
    def parse(cls, text: str) -> 'Record':
        """Read what :meth:`line` has written.

        :raises ValueError: if it is something else
        """
        try:
            value = json.loads(text.partition('\n')[0].removeprefix('# '))
            rules = (driver.AccessRule(**rule) for rule in value['rules'])
            return cls(value['path'], tuple(rules))
        except (KeyError, TypeError) as error:
            raise ValueError(f'not a record: {error!r}') from error


class Files:
    """The files of the exports of all back ends.

    :param path: the directory
    """

    def __init__(self, path: str):
        self.path = path
        self._state = os.path.join(path, _STATE)

    def prepare(self) -> None:
        """Make the directory.

        :raises OSError: if it can't be written to
        """
        for directory in (self.path, self._state):
            os.makedirs(directory, mode=0o750, exist_ok=True)
        with self.locked(), self._draft('') as draft:
            os.unlink(draft)

    @contextlib.contextmanager
    def locked(self) -> Iterator[int]:
        """Keep other threads and processes out; gives the lock's file."""
        path = os.path.join(self._state, 'lock')
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock
        finally:
            os.close(lock)

    def all(self) -> list[Export]:
        """Return the exports of all back ends."""
        found = map(_parse, os.listdir(self.path))
        return [export for export in found if export]

    def free_ids(self, lock: int) -> Iterator[int]:
        """Name the ids that no file has, in the order to try them in.

        One that was used is not used again for as long as possible: clients
        may still have it in their file handles.
        """
        taken = {export.export_id for export in self.all()}
        last = os.pread(lock, 5, 0)
        start = int(last) if last.isdigit() else 0
        for offset in range(_MAX_ID):
            candidate = (start + offset) % _MAX_ID + 1
            if candidate not in taken:
                os.pwrite(lock, b'%05d' % candidate, 0)
                yield candidate

    def where(self, export: Export) -> str:
        """Return the path of an export's file."""
        return os.path.join(self.path, export.file)

    def read(self, export: Export) -> str:
        """Return the text of a file; it is empty if there is none."""
        try:
            with open(self.where(export), encoding='utf-8') as file:
                return file.read()
        except FileNotFoundError:
            return ''

    def write(self, export: Export, text: str) -> None:
        """Replace a file at once; durable when this returns.

        To be called with the lock held.
        """
        with self._draft(text) as draft:
            os.rename(draft, self.where(export))
            _sync(self.path)

    def remove(self, export: Export) -> None:
        """Remove a file; one that is not there has gone."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.where(export))
            _sync(self.path)

    @contextlib.contextmanager
    def _draft(self, text):
        path = os.path.join(self._state, 'draft')
        with open(path, 'w', encoding='utf-8') as draft:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
        yield path


def _parse(name):
    """Read the name of a file; None if it is not one of ours."""
    fields = name.removesuffix(_SUFFIX).split(',')
    if len(fields) != 4 or not fields[3].isdigit():
        return None
    pool, project_id, share_id, number = fields
    return Export(pool, project_id, share_id, int(number))


def _sync(directory):
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

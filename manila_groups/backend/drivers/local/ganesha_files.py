# SPDX-License-Identifier: Apache-2.0
"""The directory of exports that the configuration of NFS-Ganesha includes.

NFS-Ganesha reads every file in the directory, whatever its name, but not those
in its subdirectories::

    <back end>,<volume>,<share id>,<export id>.conf    one export each
    .manila-groups/lock     locked during each change; has the last export id
    .manila-groups/draft    a file that is being written

Back ends that share an NFS-Ganesha also share this directory.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import fcntl
import json
import os
import re

from manila_groups.backend import driver

_STATE = '.manila-groups'
_MAX_ID = 65535
_SUFFIX = '.conf'
_INCLUDE = re.compile(
    r'^\s*%(include|dir)\s+"?([^"\n]+?)"?\s*$', re.MULTILINE | re.IGNORECASE
)


@dataclasses.dataclass(frozen=True)
class Export:
    """The fields of a file name.

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
    """The first line of a file: all data of the export.

    :param path: the directory of the share
    :param rules: the access rules
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
        self._is_changed = False

    def prepare(self) -> None:
        """Make the directory.

        :raises OSError: if it is not writable
        """
        for directory in (self.path, self._state):
            os.makedirs(directory, mode=0o750, exist_ok=True)
        with self.locked(), self._draft('') as draft:
            os.unlink(draft)

    @contextlib.contextmanager
    def locked(self) -> Iterator[int]:
        """Lock out other threads and processes; yields the lock file.

        What has changed meanwhile is durable at the end.
        """
        path = os.path.join(self._state, 'lock')
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock
        finally:
            self._sync()
            os.close(lock)

    def _sync(self):
        """Make the names in the directory durable, all at once."""
        if self._is_changed:
            self._is_changed = False
            directory = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)

    def all(self) -> list[Export]:
        """Return the exports of all back ends."""
        found = map(_parse, os.listdir(self.path))
        return [export for export in found if export]

    def free_ids(self, lock: int) -> Iterator[int]:
        """Yield the ids that no file has, in the order to try them in.

        An id is reused as late as possible because clients may still have it
        in their file handles.
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
        """Replace a file atomically.

        The caller must have the lock.
        """
        with self._draft(text) as draft:
            os.rename(draft, self.where(export))
            self._is_changed = True

    def remove(self, export: Export) -> None:
        """Remove a file, if it exists.

        The caller must have the lock.
        """
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.where(export))
            self._is_changed = True

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


def included(file: str, seen: set[str] | None = None) -> set[str]:
    """Return the directories that a configuration includes, as real paths.

    :raises OSError: if the file, or one that it includes, cannot be read
    """
    directories, seen = set(), set() if seen is None else seen
    with open(file, encoding='utf-8', errors='replace') as config:
        text = config.read()
    for kind, name in _INCLUDE.findall(text):
        path = os.path.realpath(os.path.join(os.path.dirname(file), name))
        if kind.lower() == 'dir':
            directories.add(path)
        elif path not in seen:
            seen.add(path)
            directories |= included(path, seen)
    return directories

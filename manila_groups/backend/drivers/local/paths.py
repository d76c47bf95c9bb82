# SPDX-License-Identifier: Apache-2.0
"""The directory of a back end: its owner and its availability.

Only the service writes to the directories named here; users write below the
directories of shares. Before each operation, these names are checked not to be
symbolic links, and links below a share are never followed.
"""

import contextlib
import errno
import json
import os
import uuid

from manila_groups import exception

MARKER = '.manila-groups'
_DRAFT = f'{MARKER}.'
GROUPS = 'groups'
SHARES = 'shares'
SNAPSHOTS = 'snapshots'
DRAFTS = 'drafts'
TRASH = 'trash'
DIRECTORIES = (GROUPS, SHARES, SNAPSHOTS, DRAFTS, TRASH)

#: Names that an empty directory may have: ext4 creates this one.
_ALLOWED = {'lost+found'}
MODE = 0o750

#: Errors of a file system that is temporarily broken or unavailable.
_AWAY = {
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.EIO,
    errno.ENODEV,
    errno.ENOTCONN,
    errno.ENXIO,
    errno.EROFS,
    errno.ESHUTDOWN,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.EUCLEAN,
}


def kind_of(error: Exception) -> type[exception.DriverError]:
    """Choose the driver's exception class for another error."""
    if getattr(error, 'errno', None) in _AWAY:
        return exception.TransientDriverError
    return exception.DriverError


class LocalPath:
    """The ``local_path`` of one back end.

    :param name: the back end's name
    :param section: the options of its section
    """

    def __init__(self, name, section):
        self.name = name
        self.section = section

    def prepare(self) -> str:
        """Create the directory, or check that this back end owns it.

        :returns: its path
        :raises DriverError: if it cannot be used
        """
        path = self._path()
        with self.translated():
            os.makedirs(path, mode=MODE, exist_ok=True)
            with _opened(path) as root:
                self._claim(root)
                for name in DIRECTORIES:
                    _make(name, root)
        return path

    @contextlib.contextmanager
    def opened(self):
        """Check that the directory exists, and translate errors in it.

        It may have been unmounted since :meth:`prepare`.

        :returns: a context of its path, which turns OSError into DriverError
        """
        with self.translated():
            yield self._open()

    def check(self) -> None:
        """Check that the directory exists and is writable.

        :raises TransientDriverError: if it is not
        """
        with self.translated():
            path = self._open()
            if os.statvfs(path).f_flag & os.ST_RDONLY:
                raise self._away('the file system is read-only')

    def _open(self):
        path = os.path.normpath(self.section.local_path)
        try:
            with _opened(path) as root:
                self._check_owner(root)
                for name in DIRECTORIES:
                    with _opened(name, root):
                        pass
        except FileNotFoundError as error:
            raise self._away(
                f'{error.filename}: {error.strerror}; is the file system '
                'mounted?'
            ) from error
        return path

    @contextlib.contextmanager
    def translated(self):
        """Turn errors of the operating system into driver errors."""
        try:
            yield
        except OSError as error:
            where = f'{error.filename}: ' if error.filename else ''
            raise self.refused(
                f'{where}{error.strerror}', kind_of(error)
            ) from error

    def refused(
        self,
        reason: str,
        kind: type[exception.DriverError] = exception.DriverError,
    ) -> exception.DriverError:
        """Make an error that names the option."""
        return kind(
            f'[{self.name}] local_path = {self.section.local_path}: {reason}'
        )

    def _away(self, reason):
        return self.refused(reason, exception.TransientDriverError)

    def _path(self):
        """Return the configured path; refuse an unusable one."""
        configured = self.section.local_path
        if not configured:
            raise self.refused('no value; name a directory for this back end')
        if not os.path.isabs(configured):
            raise self.refused('the path must be absolute')
        path = os.path.normpath(configured)
        if os.path.islink(path):
            raise self.refused(
                'this is a symbolic link; name its target directory'
            )
        if os.path.lexists(path) and not os.path.isdir(path):
            raise self.refused('this is not a directory')
        above = os.path.dirname(os.path.realpath(path))
        while above != os.path.dirname(above):
            if os.path.lexists(os.path.join(above, MARKER)):
                raise self.refused(f'{above} belongs to another back end')
            above = os.path.dirname(above)
        return path

    def _claim(self, root):
        """Claim an empty directory, or check that it is ours and writable."""
        names = set(os.listdir(root))
        drafts = {name for name in names if name.startswith(_DRAFT)}
        if MARKER not in names:
            if names - drafts - _ALLOWED:
                raise self.refused(
                    'the directory is not empty and does not belong to this '
                    'back end; name another one, or empty it'
                )
            drafts.add(self._mark(root))
        self._check_owner(root)
        if not os.access('.', os.W_OK, dir_fd=root, effective_ids=True):
            raise self.refused('the directory is not writable')
        for name in drafts:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=root)

    def _mark(self, root):
        """Write the marker; return the name of the draft, to be removed."""
        draft = _DRAFT + str(uuid.uuid4())
        _write(draft, json.dumps({'backend': self.name}), root)
        # A link is atomic, and never replaces a marker that another process
        # has created meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(
                draft,
                MARKER,
                src_dir_fd=root,
                dst_dir_fd=root,
                follow_symlinks=False,
            )
        os.fsync(root)
        return draft

    def _check_owner(self, root):
        try:
            owner = json.loads(_read(MARKER, root))['backend']
        except FileNotFoundError as error:
            raise self._away(
                f'the directory no longer belongs to this back end: {MARKER} '
                'is missing; is the file system mounted?'
            ) from error
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise self.refused(
                f'{MARKER} in it cannot be read: {error!r}', kind_of(error)
            ) from error
        if owner != self.name:
            raise self.refused(
                f'the directory belongs to the back end {owner!r}; name '
                'another one'
            )


@contextlib.contextmanager
def _opened(name, parent=None):
    """Open a directory without following a symbolic link."""
    directory = os.open(
        name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent
    )
    try:
        yield directory
    finally:
        os.close(directory)


def _read(name, parent):
    # Without O_NONBLOCK, a pipe instead of the file would block forever.
    file = os.open(
        name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=parent
    )
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def _write(name, text, parent):
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    file = os.open(name, flags, 0o640, dir_fd=parent)
    with open(file, 'w', encoding='utf-8') as content:
        content.write(text)
        content.flush()
        os.fsync(file)


def _make(name, parent):
    """Create a directory unless it exists; durable when this returns."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, MODE, dir_fd=parent)
    with _opened(name, parent):
        os.fsync(parent)

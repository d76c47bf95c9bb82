# SPDX-License-Identifier: Apache-2.0
"""The directory of a back end: whose it is, and whether it is there.

Only the service writes to the directories named here: users' bytes are below
a share's own directory. A name of these that is a symbolic link is refused
before each piece of work, and what is below a share is never followed.
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

#: What a directory may hold that counts as empty: ext4 makes this one.
_ALLOWED = {'lost+found'}
MODE = 0o750

#: What a file system says that is broken, or was taken away, for a while.
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
    """Tell which kind of the driver's errors one of another library is."""
    if getattr(error, 'errno', None) in _AWAY:
        return exception.TransientDriverError
    return exception.DriverError


class Place:
    """The ``local_path`` of one back end.

    :param name: the back end's name
    :param section: the options of its section
    """

    def __init__(self, name, section):
        self.name = name
        self.section = section

    def prepare(self) -> str:
        """Make the directory, or find it ours.

        :returns: its path
        :raises DriverError: if it can't be used
        """
        path = self._path()
        with self.told():
            os.makedirs(path, mode=MODE, exist_ok=True)
            with _opened(path) as root:
                self._claim(root)
                for name in DIRECTORIES:
                    _make(name, root)
        return path

    @contextlib.contextmanager
    def opened(self):
        """Check that the directory is there, and tell what goes wrong in it.

        It may have been unmounted since :meth:`prepare`.

        :returns: a context of its path, which turns OSError into DriverError
        """
        with self.told():
            yield self._open()

    def check(self) -> None:
        """Check that the directory is there, and can be written to.

        :raises TransientDriverError: if it is not
        """
        with self.told():
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
    def told(self):
        """Turn the operating system's errors into the driver's."""
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
        """Return the configured path; refuse one that can't be used."""
        configured = self.section.local_path
        if not configured:
            raise self.refused('no value; name a directory for this back end')
        if not os.path.isabs(configured):
            raise self.refused('the path must be absolute')
        path = os.path.normpath(configured)
        if os.path.islink(path):
            raise self.refused(
                'this is a symbolic link; name the directory that it leads to'
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
        """Take an empty directory over, or find it ours, and writable."""
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
            raise self.refused('the directory can not be written to')
        for name in drafts:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=root)

    def _mark(self, root):
        """Write the marker; return the name of the draft, which remains."""
        draft = _DRAFT + str(uuid.uuid4())
        _write(draft, json.dumps({'backend': self.name}), root)
        # A link appears with all its content or not at all, and never takes
        # the place of one that another process has made since.
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
                f"the directory is not this back end's any more: {MARKER} "
                'is missing; is the file system mounted?'
            ) from error
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise self.refused(
                f'{MARKER} in it can not be read: {error!r}', kind_of(error)
            ) from error
        if owner != self.name:
            raise self.refused(
                f'the directory belongs to the back end {owner!r}; name '
                'another one'
            )


@contextlib.contextmanager
def _opened(name, parent=None):
    """Open a directory, and not what a symbolic link leads to."""
    directory = os.open(
        name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent
    )
    try:
        yield directory
    finally:
        os.close(directory)


def _read(name, parent):
    # Without O_NONBLOCK, a pipe in the file's place would wait for ever.
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
    """Make a directory unless it is there; durable when this returns."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, MODE, dir_fd=parent)
    with _opened(name, parent):
        os.fsync(parent)

# SPDX-License-Identifier: Apache-2.0
"""Share groups as directories of a file system of this machine.

Below the back end's ``local_path``::

    .manila-groups    says whose directory this is
    groups/<id>/      a share group
    trash/<id>/       what is left of one that is being deleted

Directories are opened one by one, without following symbolic links, and all
work is relative to what was opened: whatever somebody else puts into the
path, nothing outside is touched.
"""

import contextlib
import errno
import json
import os
import re
import shutil
import stat
import uuid

from manila_groups import exception
from manila_groups.backend import driver

MARKER = '.manila-groups'
_DRAFT = f'{MARKER}.'
GROUPS = 'groups'
TRASH = 'trash'

#: What a directory may hold that counts as empty: ext4 makes this one.
_ALLOWED = {'lost+found'}
_MODE = 0o750
_CANONICAL = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


class LocalDriver(driver.Driver):
    """One directory tree as one pool with the name of the back end."""

    vendor_name = 'manila-groups'
    driver_version = '1.0'

    def setup(self):
        path = self._path()
        with self._told():
            os.makedirs(path, mode=_MODE, exist_ok=True)
            with _opened(path) as root:
                self._claim(root)
                _make(GROUPS, root)
                _make(TRASH, root)
                with _opened(TRASH, root) as trash:
                    _empty(trash)

    def pools(self):
        with self._root() as root:
            figures = os.fstatvfs(root)
        return [
            driver.PoolReport(
                name=self.name,
                total_capacity_gb=_gib(figures, figures.f_blocks),
                free_capacity_gb=_gib(figures, figures.f_bavail),
                reserved_percentage=self.section.reserved_percentage,
                capabilities=self.capabilities() | {'snapshot_support': False},
            )
        ]

    def create_share_group(self, group):
        self._check(group)
        if group.pool != self.name:
            raise exception.DriverError(
                f'back end {self.name} has no pool {group.pool}'
            )
        with self._root() as root, _opened(GROUPS, root) as groups:
            _make(group.id, groups)

    def delete_share_group(self, group):
        self._check(group)
        with (
            self._root() as root,
            _opened(GROUPS, root) as groups,
            _opened(TRASH, root) as trash,
        ):
            # An attempt that was cut short may have left its trash, which
            # would stand in the way of the rename.
            _remove(group.id, trash)
            with contextlib.suppress(FileNotFoundError):
                _refuse_foreign(group.id, groups)
                os.rename(
                    group.id, group.id, src_dir_fd=groups, dst_dir_fd=trash
                )
                os.fsync(groups)
            _remove(group.id, trash)

    def _check(self, group):
        if not _CANONICAL.fullmatch(group.id):
            raise exception.DriverError(
                f'back end {self.name}: {group.id!r} is not the id of a '
                'share group, which is a UUID in lower case with hyphens'
            )

    def _path(self):
        """Return the configured path; refuse one that can't be used."""
        configured = self.section.local_path
        if not configured:
            raise self._refused('no value; name a directory for this back end')
        if not os.path.isabs(configured):
            raise self._refused('the path must be absolute')
        path = os.path.normpath(configured)
        if os.path.islink(path):
            raise self._refused(
                'this is a symbolic link; name the directory that it leads to'
            )
        if os.path.lexists(path) and not os.path.isdir(path):
            raise self._refused('this is not a directory')
        above = os.path.dirname(os.path.realpath(path))
        while above != os.path.dirname(above):
            if os.path.lexists(os.path.join(above, MARKER)):
                raise self._refused(f'{above} belongs to another back end')
            above = os.path.dirname(above)
        return path

    def _claim(self, root):
        """Take an empty directory over, or find it ours, and writable."""
        names = set(os.listdir(root))
        drafts = {name for name in names if name.startswith(_DRAFT)}
        if MARKER not in names:
            if names - drafts - _ALLOWED:
                raise self._refused(
                    'the directory is not empty and does not belong to this '
                    'back end; name another one, or empty it'
                )
            drafts.add(self._mark(root))
        self._check_owner(root)
        if not os.access('.', os.W_OK, dir_fd=root, effective_ids=True):
            raise self._refused('the directory can not be written to')
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

    @contextlib.contextmanager
    def _root(self):
        """Open the path, which may have been unmounted since setup."""
        with self._told():
            path = os.path.normpath(self.section.local_path)
            with _opened(path) as root:
                self._check_owner(root)
                yield root

    def _check_owner(self, root):
        try:
            owner = json.loads(_read(MARKER, root))['backend']
        except FileNotFoundError as error:
            raise self._refused(
                f"the directory is not this back end's any more: {MARKER} "
                'is missing; is the file system mounted?'
            ) from error
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise self._refused(
                f'{MARKER} in it can not be read: {error!r}'
            ) from error
        if owner != self.name:
            raise self._refused(
                f'the directory belongs to the back end {owner!r}; name '
                'another one'
            )

    @contextlib.contextmanager
    def _told(self):
        """Turn the operating system's errors into the driver's."""
        try:
            yield
        except OSError as error:
            where = f'{error.filename}: ' if error.filename else ''
            raise self._refused(f'{where}{error.strerror}') from error

    def _refused(self, reason):
        return exception.DriverError(
            f'[{self.name}] local_path = {self.section.local_path}: {reason}'
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
        os.mkdir(name, _MODE, dir_fd=parent)
    with _opened(name, parent):
        os.fsync(parent)


def _refuse_foreign(name, parent):
    """Raise OSError if a name stands for anything but a directory.

    :raises FileNotFoundError: if there is nothing of that name
    """
    mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(
            errno.ENOTDIR,
            'not a directory, so none of ours; remove it by hand',
            name,
        )


def _remove(name, trash):
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(name, dir_fd=trash)


def _empty(trash):
    """Finish the deletions that were cut short."""
    with os.scandir(trash) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.name, trash)
            else:
                os.unlink(entry.name, dir_fd=trash)


def _gib(figures, blocks):
    return round(blocks * figures.f_frsize / 2**30, 2)

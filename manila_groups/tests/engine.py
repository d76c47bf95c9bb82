# SPDX-License-Identifier: Apache-2.0
"""An engine of backups for tests: copies in a directory, per project."""

import contextlib
import json
import os
import shutil
import tempfile

from manila_groups import exception
from manila_groups.backup import engine


class Copies:
    """Keeps backups as copies of directories.

    :ivar failures: the errors that the next calls raise, by method
    :ivar calls: the methods that were called, each with a backup's id or a
        reference
    """

    def __init__(self):
        self._root = tempfile.TemporaryDirectory(prefix='backups-')
        self.failures = {}
        self.calls = []
        self.parents = {}

    def _called(self, method, name):
        self.calls.append((method, name))
        if self.failures.get(method):
            raise self.failures[method].pop(0)

    def at(self, project_id, *names):
        return os.path.join(self._root.name, project_id, *names)

    def setup(self):
        self._called('setup', None)

    def check_place(self, known):
        if known and not any(map(self._has, known)):
            raise exception.NoRepository(f'there is none of {known}')

    def _has(self, project_id):
        return os.path.isdir(self.at(project_id))

    def _check_absent(self, project_id, known):
        if project_id in known:
            raise exception.NoRepository(f'there is none of {project_id}')
        self.check_place(known)

    def unmount(self):
        """Let all repositories be out of sight.

        :returns: puts them back
        """
        mounted, self._root = self._root, tempfile.TemporaryDirectory()
        return lambda: setattr(self, '_root', mounted)

    def save(self, project_id, source, report):
        self._called('save', source.backup_id)
        self.parents[source.backup_id] = source.parent
        if not self._has(project_id):
            self._check_absent(project_id, source.known)
        target = self.at(project_id, source.backup_id)
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)
        for share_id in source.share_ids:
            shutil.copytree(
                os.path.join(source.path, share_id),
                os.path.join(target, share_id),
                symlinks=True,
            )
        size = sum(
            os.path.getsize(os.path.join(path, name))
            for path, _names, files in os.walk(target)
            for name in files
        )
        report(size, size)
        is_incremental = source.parent is not None
        return engine.Saved(source.backup_id, size, size, is_incremental)

    def restore(self, project_id, reference, path, report):
        self._called('restore', reference)
        source = self.at(project_id, reference)
        if not os.path.isdir(source):
            raise exception.DriverError(f'there is no backup {reference}')
        for share_id in os.listdir(source):
            shutil.copytree(
                os.path.join(source, share_id),
                os.path.join(path, share_id),
                symlinks=True,
                dirs_exist_ok=True,
            )
        report(1, 1)

    def write_manifest(self, project_id, backup_id, manifest):
        self._called('write_manifest', backup_id)
        with open(self.at(project_id, f'{backup_id}.json'), 'w') as file:
            json.dump(manifest, file)

    def read_manifest(self, project_id, backup_id):
        self._called('read_manifest', backup_id)
        try:
            with open(self.at(project_id, f'{backup_id}.json')) as file:
                return json.load(file)
        except FileNotFoundError as error:
            raise exception.DriverError(
                f'there is no backup {backup_id}'
            ) from error

    def forget(self, project_id, backup_id, known):
        self._called('forget', backup_id)
        if not self._has(project_id):
            self._check_absent(project_id, known)
        shutil.rmtree(self.at(project_id, backup_id), ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.at(project_id, f'{backup_id}.json'))

    def unlock(self, project_id):
        self._called('unlock', project_id)

    def left(self):
        """List all that is kept, of any project."""
        return [
            os.path.join(path, name)
            for path, names, files in os.walk(self._root.name)
            for name in (*names, *files)
            if path != self._root.name
        ]

    def ids(self, project_id):
        """List the backups of a project that are complete."""
        try:
            names = os.listdir(self.at(project_id))
        except FileNotFoundError:
            return set()
        return {
            name.removesuffix('.json')
            for name in names
            if name.endswith('.json')
        }

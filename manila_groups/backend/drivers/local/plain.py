# SPDX-License-Identifier: Apache-2.0
"""Share groups as directories, on any file system.

Copies share blocks if the file system supports it. Clients can write while a
copy is made, so a snapshot is not of one point in time. The size of a share is
not enforced.
"""

import os

from manila_groups.backend.drivers.local import paths
from manila_groups.backend.drivers.local import storage


class Plain(storage.Storage):
    """Directories, which are renamed before they are removed."""

    def used_bytes(self):
        # Counting would mean to walk all files, which takes too long here.
        return 0

    def make(self, path, mode):
        if not storage.exists(path):
            os.mkdir(path, mode)
        storage.set_mode(path, mode)
        storage.sync_parent(path)

    def remove(self, path):
        trash = self.at(paths.TRASH, os.path.basename(path))
        # An interrupted attempt may have left its trash, which would make the
        # rename fail.
        self.call('remove', trash)
        if storage.exists(path):
            self.call('rename', path, trash)
            storage.sync_parent(path)
            self.call('remove', trash)

    def limit(self, path, size_gb):
        """A directory has no limit."""

    def keep(self, source, target, share_ids):
        with self.draft(target) as draft:
            self.copy_group(source, draft, {name: name for name in share_ids})

    def copy_group(self, source, target, names):
        os.mkdir(target, paths.MODE)
        for name, new_name in names.items():
            self.call(
                'copy',
                os.path.join(source, name),
                os.path.join(target, new_name),
            )
        self.call('flush', target)

# SPDX-License-Identifier: Apache-2.0
"""Share groups as directories, on any file system.

Copies share blocks where the file system can do that. They take a while, in
which clients write: a snapshot is not of one moment. What a share may hold
is not enforced.
"""

import os

from manila_groups.backend.drivers.local import place
from manila_groups.backend.drivers.local import storage


class Plain(storage.Storage):
    """Directories, which are renamed before they are removed."""

    def used_bytes(self):
        # Only walking all files would tell, which takes too long here.
        return 0

    def make(self, path, mode):
        if not storage.exists(path):
            os.mkdir(path, mode)
        storage.set_mode(path, mode)
        storage.sync_parent(path)

    def remove(self, path):
        trash = self.at(place.TRASH, os.path.basename(path))
        # An attempt that was cut short may have left its trash, which would
        # stand in the way of the rename.
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
        os.mkdir(target, place.MODE)
        for name, new_name in names.items():
            self.call(
                'copy',
                os.path.join(source, name),
                os.path.join(target, new_name),
            )
        self.call('flush', target)

# SPDX-License-Identifier: Apache-2.0
"""Share groups on a file system of this machine.

The file system of the path determines the kind of storage: subvolumes on
Btrfs, and directories on any other file system.
"""

import contextlib
import os

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import backups
from manila_groups.backend.drivers.local import btrfs
from manila_groups.backend.drivers.local import exports
from manila_groups.backend.drivers.local import paths
from manila_groups.backend.drivers.local import plain
from manila_groups.backend.drivers.local import privileged
from manila_groups.backend.drivers.local import programs
from manila_groups.backend.drivers.local import storage


class LocalDriver(driver.Driver):
    """One directory tree as one pool with the name of the back end."""

    vendor_name = 'manila-groups'
    driver_version = '1.0'
    readable = True

    def __init__(self, name, section):
        super().__init__(name, section)
        self._local_path = paths.LocalPath(name, section)
        self._call = privileged.Caller(section)
        self._exports = exports.choose(name, section)
        # As long as setup() has not found the contrary.
        self._can_exchange = True

    def setup(self):
        self._local_path.prepare()
        root = self._call.start()
        with self._storage() as kept:
            if not root:
                self._need_no_root(kept)
            kept.setup()
            self._can_exchange = kept.can_exchange()
            self._exports.setup()
            gone = self._exports.published() - kept.shares()
            self._exports.withdraw(*gone)

    def _need_no_root(self, kept):
        for needs, what in (
            (isinstance(kept, btrfs.Btrfs), 'local_path on Btrfs'),
            (self.section.export != 'none', f'export = {self.section.export}'),
        ):
            if needs:
                raise exception.DriverError(
                    f'[{self.name}] {what} needs root: run the process as '
                    'root, or set local_privileges = privsep'
                )

    @contextlib.contextmanager
    def _storage(self, *ids):
        """Find the storage, for work on resources with these ids."""
        self._check_ids(*ids)
        with self._unless_away(), self._local_path.opened() as path:
            fsid = btrfs.find_uuid(path)
            if fsid is None or self.section.local_privileges == 'none':
                yield plain.Plain(path, self._call)
            else:
                yield btrfs.Btrfs(path, self._call, fsid)

    def _check_ids(self, *ids):
        for wrong in ids:
            if not storage.is_id(wrong):
                raise exception.DriverError(
                    f'back end {self.name}: {wrong!r} is not the id of a '
                    'share, a share group or a snapshot, which is a UUID in '
                    'lower case with hyphens'
                )

    @contextlib.contextmanager
    def _unless_away(self):
        """Report an unavailable file system as the cause of a failure."""
        try:
            yield
        except exception.TransientDriverError:
            raise
        except exception.DriverError as error:
            # Only people can see the cause in the error of a command.
            try:
                self._local_path.check()
            except exception.TransientDriverError as away:
                raise away from error
            raise

    def check(self):
        self._local_path.check()
        self._exports.check()

    def pools(self):
        with self._storage() as kept:
            figures = os.statvfs(kept.path)
            used = kept.used_bytes() / figures.f_frsize
        ratio = self.section.max_over_subscription_ratio
        group_capabilities: dict[str, object] = {
            'revert_to_snapshot_support': self._can_exchange,
            'revert_to_any_group_snapshot': self._can_exchange,
        }
        if kept.consistent:
            group_capabilities['consistent_snapshot_support'] = kept.consistent
        return [
            driver.PoolReport(
                name=self.name,
                total_capacity_gb=_gib(figures, figures.f_blocks),
                free_capacity_gb=_gib(figures, figures.f_bavail),
                used_capacity_gb=_gib(
                    figures, min(used, figures.f_blocks - figures.f_bfree)
                ),
                reserved_percentage=self.section.reserved_percentage,
                max_over_subscription_ratio=ratio,
                capabilities=self.capabilities(),
                group_capabilities=group_capabilities,
            )
        ]

    def capabilities(self):
        return super().capabilities() | {
            'storage_protocol': 'NFS',
            'snapshot_support': True,
            'create_share_from_snapshot_support': False,
            'revert_to_snapshot_support': False,
            'mount_snapshot_support': False,
            'thin_provisioning': self.section.max_over_subscription_ratio > 1,
        }

    def _check_pool(self, pool):
        if pool != self.name:
            raise exception.DriverError(
                f'back end {self.name} has no pool {pool}'
            )

    def create_share_group(self, group):
        with self._storage(group.id) as kept:
            self._check_pool(group.pool)
            kept.create_group(group.id)

    def delete_share_group(self, group):
        with self._storage(group.id) as kept:
            self._exports.withdraw(*kept.shares_of(group.id))
            kept.delete_group(group.id)

    def create_share(self, share):
        with self._storage(*_ids(share)) as kept:
            self._check_pool(share.pool)
            kept.create_share(share)
            return self._locations(kept, share)

    def delete_share(self, share):
        with self._storage(*_ids(share)) as kept:
            self._exports.withdraw(share.id)
            kept.delete_share(share)

    def resize_share(self, share):
        with self._storage(*_ids(share)) as kept:
            kept.resize_share(share)

    def create_share_group_snapshot(self, snapshot):
        ids = (snapshot.id, snapshot.share_group_id, *snapshot.share_ids)
        with self._storage(*ids) as kept:
            kept.create_snapshot(snapshot)

    def delete_share_group_snapshot(self, snapshot):
        with self._storage(snapshot.id) as kept:
            kept.delete_snapshot(snapshot.id)

    def create_share_group_from_snapshot(self, group, snapshot, clones):
        with self._storage(*_ids_of(clones, group.id, snapshot.id)) as kept:
            source = kept.snapshot_path(snapshot.id)
            return self._clone(kept, group, source, clones)

    def create_share_group_from_group(self, group, source, clones):
        with self._storage(*_ids_of(clones, group.id, source.id)) as kept:
            path = kept.group_path(source.id)
            return self._clone(kept, group, path, clones)

    def _clone(self, kept, group, source, clones):
        self._check_pool(group.pool)
        kept.clone(group.id, source, clones)
        return self._all_locations(kept, clones)

    def forget_source(self, group, source_id):
        """Nothing is left: a draft goes with the next attempt or start."""

    def revert_share_group(self, group, snapshot, shares):
        ids = (group.id, snapshot.id, *snapshot.share_ids)
        with self._storage(*ids) as kept:
            self._check_pool(group.pool)
            kept.revert(snapshot, shares, self._close)

    def run_command(self):
        if self.section.local_privileges == 'privsep':
            return programs.Helped(self._call)
        return super().run_command()

    @contextlib.contextmanager
    def read_snapshot(self, snapshot):
        with self._storage(snapshot.id, *snapshot.share_ids) as kept:
            path = backups.find(kept, snapshot)
        with self._unless_away():
            yield path

    def create_share_group_from_files(self, group, clones, fill):
        with self._storage(*_ids_of(clones, group.id)) as kept:
            self._check_pool(group.pool)
            backups.create(kept, group.id, clones, fill)
            return self._all_locations(kept, clones)

    def restore_share_group(self, group, clones, fill):
        ids = _ids_of(clones, group.id)
        with storage.unchanged():
            self._check_ids(*ids)
            self._check_pool(group.pool)
            self._check_exchange()
        with self._storage(*ids) as kept:
            backups.restore(kept, group.id, clones, fill, self._close)

    def _check_exchange(self):
        """Refuse early what would fail when all files are there."""
        if not self._can_exchange:
            raise exception.DriverError(
                f'[{self.name}] local_path = {self.section.local_path}: two '
                'directories cannot change places on this file system; make a '
                'new share group of the backup'
            )

    def _close(self, shares):
        """Shut the clients of some shares out."""
        self._exports.withdraw(*(share.id for share in shares))

    def update_access(self, share, rules):
        self.update_access_many([(share, rules)])

    def update_access_many(self, wanted):
        with self._storage() as kept:
            self._exports.publish(
                (share.id, self._existing(kept, share), rules)
                for share, rules in wanted
            )

    def _existing(self, kept, share):
        self._check_ids(*_ids(share))
        path = kept.share_path(share)
        if not storage.exists(path):
            raise exception.DriverError(f'share {share.id} does not exist')
        return path

    def _all_locations(self, kept, clones):
        return {
            clone.share.id: self._locations(kept, clone.share)
            for clone in clones
        }

    def _locations(self, kept, share):
        return self._exports.locations(share.id, kept.share_path(share))


def _ids_of(clones, *others):
    """Name all ids in a request to make shares of others."""
    ids = [*others]
    for clone in clones:
        ids += [clone.source_share_id, *_ids(clone.share)]
    return ids


def _ids(share):
    if share.share_group_id is None:
        return (share.id,)
    return (share.id, share.share_group_id)


def _gib(figures, blocks):
    return round(blocks * figures.f_frsize / 2**30, 2)

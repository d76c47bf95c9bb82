# SPDX-License-Identifier: Apache-2.0
"""A driver without storage, for simulations.

The back end's section sets the pools, the capabilities, and how long each
method takes and how often it fails. Share groups and shares are kept in memory
only, and so are the few files that backups write; the driver accepts the ids
of those that an earlier process created.
"""

import collections
import contextlib
import dataclasses
import functools
import os
import random
import threading
import time
import uuid

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers import fake_files

_DEFAULT_CAPACITY_GB = 1000
_METHODS = (
    'setup',
    'check',
    'pools',
    'share_server',
    'create_share_group',
    'delete_share_group',
    'create_share',
    'delete_share',
    'resize_share',
    'create_share_group_snapshot',
    'delete_share_group_snapshot',
    'create_share_group_from_snapshot',
    'revert_share_group',
    'read_snapshot',
    'create_share_group_from_files',
    'restore_share_group',
    'update_access',
)
_CAPABILITIES = {'snapshot_support': True, 'storage_protocol': 'NFS'}
_GROUP_CAPABILITIES = {
    'revert_to_snapshot_support': True,
    'revert_to_any_group_snapshot': True,
}
_SERVERS = 'driver_handles_share_servers'
#: What the ids of share servers are made from.
_NAMESPACE = uuid.UUID('5d0f6a4e-9a0e-4b57-8f55-6f3a1b0d9c11')
_PLANS = ('fake_delays', 'fake_failures', 'fake_first_failures')


def _simulated(method):
    @functools.wraps(method)
    def call(self, *args):
        self._simulate(method.__name__)
        return method(self, *args)

    return call


class FakeDriver(driver.Driver):
    """A back end that its section configures."""

    vendor_name = 'manila-groups'
    driver_version = '1.0'
    readable = True

    def __init__(self, name, section):
        super().__init__(name, section)
        self._calls: collections.Counter[str] = collections.Counter()
        self._chance = random.Random(section.fake_seed)  # noqa: S311
        self._groups = {}
        self._shares = {}
        self._snapshots = {}
        self._access = {}
        #: What is in the shares and the snapshots.
        self.files = fake_files.Files()
        self._lock = threading.Lock()
        self._pools = []

    @property
    def share_groups(self) -> dict[str, driver.ShareGroup]:
        """A copy of the share groups, by id."""
        with self._lock:
            return dict(self._groups)

    @property
    def shares(self) -> dict[str, driver.Share]:
        """A copy of the shares, by id."""
        with self._lock:
            return dict(self._shares)

    @property
    def snapshots(self) -> dict[str, driver.ShareGroupSnapshot]:
        """A copy of the share group snapshots, by id."""
        with self._lock:
            return dict(self._snapshots)

    @property
    def access(self) -> dict[str, list[driver.AccessRule]]:
        """A copy of the access rules, by the id of the share."""
        with self._lock:
            return dict(self._access)

    @_simulated
    def setup(self):
        for option in _PLANS:
            for method in self.section[option]:
                if method not in _METHODS:
                    raise self._refused(
                        option, f'{method} is not one of {", ".join(_METHODS)}'
                    )
        self._pools = self._described()

    @_simulated
    def check(self):
        """Do nothing: the decorator simulates the availability."""

    @_simulated
    def pools(self):
        return [self._with_use(pool) for pool in self._pools]

    def _with_use(self, pool):
        """Subtract the sizes of the shares from the free capacity."""
        used = sum(
            share.size_gb
            for share in self.shares.values()
            if share.pool == pool.name
        )
        free = pool.free_capacity_gb
        if not used or isinstance(free, str):
            return pool
        used = min(used, free)
        return dataclasses.replace(
            pool, free_capacity_gb=free - used, used_capacity_gb=used
        )

    @_simulated
    def share_server(self, share_network_id):
        if not any(pool.capabilities[_SERVERS] for pool in self._pools):
            return super().share_server(share_network_id)
        return str(uuid.uuid5(_NAMESPACE, f'{share_network_id}@{self.name}'))

    @_simulated
    def create_share_group(self, group):
        self._check_pool(group)
        with self._lock:
            self._groups.setdefault(group.id, group)

    @_simulated
    def delete_share_group(self, group):
        with self._lock:
            self._groups.pop(group.id, None)
            for share in list(self._shares.values()):
                if share.share_group_id == group.id:
                    self._forget(share)

    @_simulated
    def create_share(self, share):
        self._check_pool(share)
        with self._lock:
            self._shares.setdefault(share.id, share)
        return self._locations(share)

    @_simulated
    def delete_share(self, share):
        with self._lock:
            self._forget(share)

    def _forget(self, share):
        self._shares.pop(share.id, None)
        self._access.pop(share.id, None)
        self.files.forget(share.id)

    @_simulated
    def resize_share(self, share):
        with self._lock:
            self._shares[share.id] = share

    @_simulated
    def create_share_group_snapshot(self, snapshot):
        with self._lock:
            self._snapshots.setdefault(snapshot.id, snapshot)
        self.files.keep(snapshot)

    @_simulated
    def delete_share_group_snapshot(self, snapshot):
        with self._lock:
            self._snapshots.pop(snapshot.id, None)
        self.files.drop(snapshot.id)

    @_simulated
    def create_share_group_from_snapshot(self, group, snapshot, clones):
        self._check_pool(group)
        if group.id not in self.share_groups:
            kept = self.files.kept(snapshot)
            self._add(
                group,
                clones,
                {
                    clone.share.id: kept.get(clone.source_share_id, {})
                    for clone in clones
                },
            )
        return self._all_locations(clones)

    def _add(self, group, clones, contents):
        """Add a group with these shares, and what they contain."""
        self.files.put(contents)
        with self._lock:
            self._groups[group.id] = group
            for clone in clones:
                self._shares[clone.share.id] = clone.share

    def _all_locations(self, clones):
        return {
            clone.share.id: self._locations(clone.share) for clone in clones
        }

    @_simulated
    def revert_share_group(self, group, snapshot, shares):
        if {one.id for one in shares} != set(snapshot.share_ids):
            raise exception.NothingChanged(
                f'back end {self.name}: share group {group.id} has other '
                f'shares than its snapshot {snapshot.id}'
            )
        self._replace(shares, self.files.kept(snapshot))

    def _replace(self, shares, contents):
        """Give shares another content, and let nobody use them."""
        self.files.put(contents)
        with self._lock:
            for share in shares:
                self._shares[share.id] = share
                self._access.pop(share.id, None)

    @_simulated
    @contextlib.contextmanager
    def read_snapshot(self, snapshot):
        with fake_files.written(self.files.kept(snapshot)) as path:
            yield path

    @_simulated
    def create_share_group_from_files(self, group, clones, fill):
        self._check_pool(group)
        if group.id not in self.share_groups:
            self._add(group, clones, fake_files.taken(clones, fill))
        return self._all_locations(clones)

    @_simulated
    def restore_share_group(self, group, clones, fill):
        shares = [clone.share for clone in clones]
        try:
            self._check_others(group, shares)
            contents = fake_files.taken(clones, fill)
        except exception.TransientDriverError:
            raise
        except exception.DriverError as error:
            raise exception.NothingChanged(error.message) from error
        self._replace(shares, contents)

    def _check_others(self, group, shares):
        others = set(self.shares) - {share.id for share in shares}
        for share_id in others:
            if self.shares[share_id].share_group_id == group.id:
                raise exception.DriverError(
                    f'back end {self.name}: share {share_id} of the share '
                    f'group {group.id} is not in the backup'
                )

    @_simulated
    def update_access(self, share, rules):
        with self._lock:
            self._access[share.id] = list(rules)

    def _locations(self, share):
        path = f'{self.name}.invalid:/{share.id}'
        return [driver.ExportLocation(path, preferred=True)]

    def _check_pool(self, wanted):
        if wanted.pool not in {pool.name for pool in self._pools}:
            raise exception.DriverError(
                f'back end {self.name} has no pool {wanted.pool}'
            )

    def _simulate(self, method):
        """Wait and fail as configured for the method."""
        time.sleep(self.section.fake_delays.get(method, 0))
        away = self.section.fake_away_file
        if away and os.path.exists(away):
            raise exception.TransientDriverError(
                f'back end {self.name}: the storage is unavailable while '
                f'{away} exists'
            )
        if self._fails(method):
            raise exception.DriverError(
                f'back end {self.name}: a simulated failure of {method}'
            )

    def _fails(self, method):
        fraction = self.section.fake_failures.get(method, 0)
        with self._lock:
            self._calls[method] += 1
            first = self.section.fake_first_failures.get(method, 0)
            return (
                self._calls[method] <= first
                or self._chance.random() < fraction
            )

    def _described(self):
        described = self.section.fake_pools
        if described is None:
            described = [{'name': self.name}]
        try:
            pools = [self._pool(**fields) for fields in described]
        except (TypeError, ValueError) as error:
            raise self._refused('fake_pools', error) from error
        if len({pool.name for pool in pools}) < len(pools):
            raise self._refused('fake_pools', 'two pools have the same name')
        return pools

    def _pool(
        self,
        *,
        name,
        total_capacity_gb=_DEFAULT_CAPACITY_GB,
        free_capacity_gb=None,
        reserved_percentage=None,
        max_over_subscription_ratio=None,
        capabilities=(),
        group_capabilities=(),
    ):
        if free_capacity_gb is None:
            free_capacity_gb = total_capacity_gb
        if reserved_percentage is None:
            reserved_percentage = self.section.reserved_percentage
        if max_over_subscription_ratio is None:
            ratio = self.section.max_over_subscription_ratio
            max_over_subscription_ratio = ratio
        return driver.PoolReport(
            name=name,
            total_capacity_gb=total_capacity_gb,
            free_capacity_gb=free_capacity_gb,
            reserved_percentage=reserved_percentage,
            max_over_subscription_ratio=max_over_subscription_ratio,
            capabilities=(
                self.capabilities()
                | _CAPABILITIES
                | self.section.fake_capabilities
                | dict(capabilities)
            ),
            group_capabilities=(
                _GROUP_CAPABILITIES
                | self.section.fake_group_capabilities
                | dict(group_capabilities)
            ),
        )

    def _refused(self, option, reason):
        return exception.DriverError(f'[{self.name}] {option}: {reason}')

# SPDX-License-Identifier: Apache-2.0
"""A driver without storage, for simulations.

Pools, capabilities, how long each method takes and how often it fails all
come from the back end's section; share groups live in memory and are gone
with the process.
"""

import collections
import functools
import random
import threading
import time

from manila_groups import exception
from manila_groups.backend import driver

_DEFAULT_CAPACITY_GB = 1000
_METHODS = ('setup', 'pools', 'create_share_group', 'delete_share_group')
_PLANS = ('fake_delays', 'fake_failures', 'fake_first_failures')


def _simulated(method):
    @functools.wraps(method)
    def call(self, *args):
        self._simulate(method.__name__)
        return method(self, *args)

    return call


class FakeDriver(driver.Driver):
    """A back end that does what its section says."""

    vendor_name = 'manila-groups'
    driver_version = '1.0'

    def __init__(self, name, section):
        super().__init__(name, section)
        self._calls = collections.Counter()
        self._chance = random.Random(section.fake_seed)  # noqa: S311
        self._groups = {}
        self._lock = threading.Lock()
        self._pools = []

    @property
    def share_groups(self) -> dict[str, driver.ShareGroup]:
        """The share groups that there are, by id: a copy."""
        with self._lock:
            return dict(self._groups)

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
    def pools(self):
        return list(self._pools)

    @_simulated
    def create_share_group(self, group):
        if group.pool not in {pool.name for pool in self._pools}:
            raise exception.DriverError(
                f'back end {self.name} has no pool {group.pool}'
            )
        with self._lock:
            self._groups.setdefault(group.id, group)

    @_simulated
    def delete_share_group(self, group):
        with self._lock:
            self._groups.pop(group.id, None)

    def _simulate(self, method):
        """Take the time that the method takes, and fail when it is to."""
        time.sleep(self.section.fake_delays.get(method, 0))
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
            raise self._refused('fake_pools', 'two pools have one name')
        return pools

    def _pool(
        self,
        *,
        name,
        total_capacity_gb=_DEFAULT_CAPACITY_GB,
        free_capacity_gb=None,
        reserved_percentage=None,
        capabilities=(),
        group_capabilities=(),
    ):
        if free_capacity_gb is None:
            free_capacity_gb = total_capacity_gb
        if reserved_percentage is None:
            reserved_percentage = self.section.reserved_percentage
        return driver.PoolReport(
            name=name,
            total_capacity_gb=total_capacity_gb,
            free_capacity_gb=free_capacity_gb,
            reserved_percentage=reserved_percentage,
            capabilities=(
                self.capabilities()
                | self.section.fake_capabilities
                | dict(capabilities)
            ),
            group_capabilities=(
                self.section.fake_group_capabilities | dict(group_capabilities)
            ),
        )

    def _refused(self, option, reason):
        return exception.DriverError(f'[{self.name}] {option}: {reason}')

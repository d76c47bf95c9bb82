# SPDX-License-Identifier: Apache-2.0
"""How long the scheduler needs to rank N pools for one share group.

usage: python benchmarks/placement.py [POOLS] [--runs RUNS]

In one process, without a database: N/10 back ends of 10 pools each, and a
group of 3 share types (3 extra specs each) with 5 group specs. Every run is
one decision from nothing: specs are compiled, every filter judges every pool,
the pools that pass are weighed and sorted. The second figure is for pools of
which no two report the same, so that no verdict can be used twice.
"""

import argparse
import functools
import statistics
import time

from oslo_config import cfg

from manila_groups import cmd  # noqa: F401 - chooses threads first
from manila_groups.conf import scheduler as scheduler_conf
from manila_groups.scheduler import model
from manila_groups.scheduler import placement
from manila_groups.scheduler.filters import availability_zone
from manila_groups.scheduler.filters import capacity
from manila_groups.scheduler.filters import driver_handles_share_servers
from manila_groups.scheduler.filters import extra_specs
from manila_groups.scheduler.filters import group_specs
from manila_groups.scheduler.filters import service
from manila_groups.scheduler.weighers import free_capacity
from manila_groups.scheduler.weighers import share_groups

FILTERS = (
    availability_zone.AvailabilityZoneFilter,
    service.ServiceFilter,
    driver_handles_share_servers.DriverHandlesShareServersFilter,
    extra_specs.ExtraSpecsFilter,
    group_specs.GroupSpecsFilter,
    capacity.CapacityFilter,
)
WEIGHERS = (
    free_capacity.FreeCapacityWeigher,
    share_groups.ShareGroupsWeigher,
)
SHARE_TYPES = (
    {
        'driver_handles_share_servers': 'False',
        'snapshot_support': '<is> True',
        'dedupe': '<is> True',
    },
    {
        'driver_handles_share_servers': 'False',
        'storage_protocol': '<or> NFS <or> CIFS',
        'capabilities:compression': 'False',
    },
    {
        'driver_handles_share_servers': 'False',
        'max_iops': '>= 1000',
        'vendor_name': 's== v',
    },
)
GROUP_SPECS = {
    'consistent_snapshot_support': 'true',
    'max_shares': '>= 10',
    'replication': '<in> async',
    'tier': '<or> gold <or> silver',
    'encrypted': '<is> False',
}


def make_pool(backend: int, number: int, distinct: bool) -> model.Pool:
    """Make one pool; odd back ends take group snapshots, odd pools dedupe.

    :param distinct: whether it reports what no other pool reports
    """
    extra = backend * 10 + number if distinct else 0
    return model.Pool(
        name=f'host{backend}@be#p{number}',
        availability_zone='nova',
        service_up=True,
        service_enabled=True,
        capabilities={
            'driver_handles_share_servers': False,
            'storage_protocol': 'NFS',
            'vendor_name': 'v',
            'driver_version': '1',
            'snapshot_support': True,
            'dedupe': bool(number % 2),
            'compression': [True, False],
            'thin_provisioning': False,
            'max_iops': 1000 + backend % 5 + extra,
        },
        group_capabilities={
            'consistent_snapshot_support': 'pool' if backend % 2 else None,
            'max_shares': 10 + backend % 7 + extra,
            'replication': ['sync', 'async'],
            'tier': 'gold',
            'encrypted': False,
        },
        total_capacity_gb=1000 + number,
        free_capacity_gb=500 + (backend * 7 + number) % 400,
        reserved_percentage=5,
        share_groups=(backend + number) % 3,
    )


def measure(decide, runs: int) -> tuple[list[float], model.Decision]:
    """Time some runs of a function after one that does not count."""
    decision = decide()
    seconds = []
    for _run in range(runs):
        start = time.perf_counter()
        decision = decide()
        seconds.append(time.perf_counter() - start)
    return seconds, decision


def main() -> None:
    """Print the best and the median time, and decisions per second."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('pools', nargs='?', type=int, default=10000)
    parser.add_argument('--runs', type=int, default=15)
    arguments = parser.parse_args()
    conf = cfg.ConfigOpts()
    scheduler_conf.register(conf)
    conf([], project='manila-groups', default_config_files=[])
    request = model.Request(
        id='0f6f1f0a-6d2c-4d0c-9d3e-0a8d1a3f6c11',
        availability_zone='nova',
        extra_specs=SHARE_TYPES,
        group_specs=GROUP_SPECS,
        size_gb=10,
    )
    filters = [one(conf) for one in FILTERS]
    weighers = [one(conf) for one in WEIGHERS]
    for label, distinct in (('alike', False), ('distinct', True)):
        pools = [
            make_pool(number // 10, number % 10, distinct)
            for number in range(arguments.pools)
        ]
        seconds, decision = measure(
            functools.partial(
                placement.place, request, pools, filters, weighers
            ),
            arguments.runs,
        )
        median = statistics.median(seconds)
        print(
            f'pools={len(pools)} ({label}) '
            f'candidates={len(decision.ranking)} '
            f'verdicts={sum(map(len, decision.verdicts.values()))} '
            f'best={min(seconds):.4f}s median={median:.4f}s '
            f'decisions_per_second={1 / median:.1f}'
        )


if __name__ == '__main__':
    main()

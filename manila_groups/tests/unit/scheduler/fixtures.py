# SPDX-License-Identifier: Apache-2.0
"""Pools, requests and plug-ins for the scheduler's tests."""

from oslo_config import cfg

from manila_groups.conf import scheduler as scheduler_conf
from manila_groups.scheduler import model
from manila_groups.scheduler import placement
from manila_groups.scheduler.filters import availability_zone
from manila_groups.scheduler.filters import capacity
from manila_groups.scheduler.filters import different_host
from manila_groups.scheduler.filters import driver_handles_share_servers
from manila_groups.scheduler.filters import extra_specs
from manila_groups.scheduler.filters import group_specs
from manila_groups.scheduler.filters import only_host
from manila_groups.scheduler.filters import same_host
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
    different_host.DifferentHostFilter,
    same_host.SameHostFilter,
    only_host.OnlyHostFilter,
)
WEIGHERS = (
    free_capacity.FreeCapacityWeigher,
    share_groups.ShareGroupsWeigher,
)


def make_conf(**overrides):
    conf = cfg.ConfigOpts()
    scheduler_conf.register(conf)
    conf([], project='manila-groups', default_config_files=[])
    for name, value in overrides.items():
        conf.set_override(name, value, group='scheduler')
    return conf


def make_pool(name='host@be#pool', **values):
    return model.Pool(
        **{
            'name': name,
            'availability_zone': 'nova',
            'service_up': True,
            'service_enabled': True,
            'capabilities': {'driver_handles_share_servers': False},
            'group_capabilities': {},
            'total_capacity_gb': 100,
            'free_capacity_gb': 50,
            **values,
        }
    )


def make_request(**values):
    return model.Request(
        **{
            'id': 'c7e0b0a9',
            'availability_zone': None,
            'extra_specs': ({'driver_handles_share_servers': 'False'},),
            'group_specs': {},
            **values,
        }
    )


def place(request, pools, filters=FILTERS, weighers=WEIGHERS, **options):
    conf = make_conf(**options)
    return placement.place(
        request,
        pools,
        [make(conf) for make in filters],
        [make(conf) for make in weighers],
    )


def ranked(decision):
    return [candidate.pool for candidate in decision.ranking]

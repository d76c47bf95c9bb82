# SPDX-License-Identifier: Apache-2.0
"""Pools must be in the zone asked for, and in one that all types allow."""

from collections.abc import Mapping

from manila_groups.scheduler import filters
from manila_groups.scheduler import placement

SPEC = 'availability_zones'


def _zones(extra_specs: Mapping[str, str]) -> frozenset[str] | None:
    """The zones that a share type is for; None: it is for all."""
    listed = extra_specs.get(SPEC, extra_specs.get(f'capabilities:{SPEC}'))
    if listed is None:
        return None
    return frozenset(zone.strip() for zone in listed.split(',')) - {''}


class AvailabilityZoneFilter(filters.Filter):
    """Compares the zone's name with the request's and the share types'."""

    name = 'availability_zone'

    def prepare(self, request: placement.Request) -> filters.Judge:
        allowed = [
            zones
            for zones in map(_zones, request.extra_specs)
            if zones is not None
        ]
        if request.availability_zone is not None:
            allowed.append(frozenset([request.availability_zone]))
        if not allowed:
            return lambda pool: None
        zones = frozenset.intersection(*allowed)
        asked = _asked(zones)
        return lambda pool: (
            None
            if pool.availability_zone in zones
            else placement.Refusal(asked, f'it is {pool.availability_zone}')
        )


def _asked(zones: frozenset[str]) -> str:
    if not zones:
        return (
            'the availability zones of the share types and of the request '
            'have none in common'
        )
    return f'the availability zone must be {" or ".join(sorted(zones))}'

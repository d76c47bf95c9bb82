# SPDX-License-Identifier: Apache-2.0
"""The pool must be in the requested zone, or in one that all types allow.

Whether the types allow the requested zone is the API's question: below
microversion 2.48 a share may be in a zone that its type does not list.
"""

from manila_groups.domain.types import share_types
from manila_groups.scheduler import filters
from manila_groups.scheduler import model

SPEC = share_types.AVAILABILITY_ZONES


class AvailabilityZoneFilter(filters.Filter):
    """Compares the zone's name with the request's and the share types'."""

    name = 'availability_zone'

    def prepare(self, request: model.Request) -> filters.Judge:
        zones = _zones(request)
        if zones is None:
            return lambda pool: None
        asked = _asked(zones)
        return lambda pool: (
            None
            if pool.availability_zone in zones
            else model.Refusal(asked, f'it is {pool.availability_zone}')
        )


def _zones(request):
    if request.availability_zone is not None:
        return frozenset([request.availability_zone])
    allowed = [
        zones
        for zones in map(share_types.zones_of, request.extra_specs)
        if zones is not None
    ]
    return frozenset.intersection(*allowed) if allowed else None


def _asked(zones: frozenset[str]) -> str:
    if not zones:
        return 'the availability zones of the share types have none in common'
    return f'the availability zone must be {" or ".join(sorted(zones))}'

# SPDX-License-Identifier: Apache-2.0
"""The back end must handle share servers, or not, as the types require."""

import operator

from manila_groups.domain.types import share_types
from manila_groups.domain.types import specs
from manila_groups.scheduler import filters
from manila_groups.scheduler import model
from manila_groups.scheduler.filters import matching

SPEC = share_types.DHSS


class DriverHandlesShareServersFilter(filters.Filter):
    """Matches driver_handles_share_servers, which every share type has."""

    name = 'driver_handles_share_servers'

    def prepare(self, request: model.Request) -> filters.Judge:
        wanted = (
            spec
            for extra_specs in request.extra_specs
            for spec in specs.compile_specs(extra_specs)
            if spec.name == SPEC
        )
        return matching.judge_by(wanted, operator.attrgetter('capabilities'))

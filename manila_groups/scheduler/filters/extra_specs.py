# SPDX-License-Identifier: Apache-2.0
"""The pool must satisfy the extra specs of all the group's share types.

A share's protocol is one more extra spec, unless its type has that already.
"""

import operator

from manila_groups.domain.types import specs
from manila_groups.scheduler import filters
from manila_groups.scheduler import model
from manila_groups.scheduler.filters import availability_zone
from manila_groups.scheduler.filters import driver_handles_share_servers
from manila_groups.scheduler.filters import matching

#: Extra specs that other filters match.
ELSEWHERE = frozenset(
    (availability_zone.SPEC, driver_handles_share_servers.SPEC)
)


class ExtraSpecsFilter(filters.Filter):
    """Matches each share type's extra specs with the capabilities."""

    name = 'extra_specs'

    def prepare(self, request: model.Request) -> filters.Judge:
        wanted = [
            spec
            for extra_specs in request.extra_specs
            for spec in specs.compile_specs(
                extra_specs, ignored=ELSEWHERE, visible=specs.WELL_KNOWN
            )
        ]
        if request.protocol is not None:
            wanted = [*_protocol_specs(request), *wanted]
        return matching.judge_by(wanted, operator.attrgetter('capabilities'))


def _protocol_specs(request):
    found = (
        specs.protocol_spec(extra_specs, request.protocol)
        for extra_specs in request.extra_specs
    )
    return [spec for spec in found if spec is not None]

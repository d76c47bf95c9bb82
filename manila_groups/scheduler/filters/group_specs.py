# SPDX-License-Identifier: Apache-2.0
"""The pool must satisfy every group spec of the share group type."""

import operator

from manila_groups.domain.types import specs
from manila_groups.scheduler import filters
from manila_groups.scheduler import model
from manila_groups.scheduler.filters import matching


class GroupSpecsFilter(filters.Filter):
    """Matches the group specs with the group capabilities."""

    name = 'group_specs'

    def prepare(self, request: model.Request) -> filters.Judge:
        return matching.judge_by(
            specs.compile_specs(request.group_specs),
            operator.attrgetter('group_capabilities'),
        )

# SPDX-License-Identifier: Apache-2.0
"""The pool must be on another back end than what different_host names.

The pools of one back end are together: what breaks a back end breaks them all.
"""

from manila_groups.scheduler import filters
from manila_groups.scheduler import model

_ASKED = 'the back end must be another one than those of different_host'


class DifferentHostFilter(filters.Filter):
    """Refuses the back ends of what the hint names."""

    name = 'different_host'

    def prepare(self, request: model.Request) -> filters.Judge:
        avoided = request.different_host
        if not avoided:
            return lambda pool: None
        return lambda pool: (
            model.Refusal(_ASKED, f'it is {pool.back_end}')
            if pool.back_end in avoided
            else None
        )

# SPDX-License-Identifier: Apache-2.0
"""The pool must be on a back end with something that same_host names."""

from manila_groups.scheduler import filters
from manila_groups.scheduler import model

_ASKED = 'the back end must be that of something in same_host'


class SameHostFilter(filters.Filter):
    """Refuses other back ends than those of what the hint names."""

    name = 'same_host'

    def prepare(self, request: model.Request) -> filters.Judge:
        wanted = request.same_host
        if wanted is None:
            return lambda pool: None
        return lambda pool: (
            None
            if pool.back_end in wanted
            else model.Refusal(_ASKED, f'it is {pool.back_end}')
        )

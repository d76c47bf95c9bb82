# SPDX-License-Identifier: Apache-2.0
"""The pool must be the one, or of the back end, that only_host names."""

from manila_groups.scheduler import filters
from manila_groups.scheduler import model

_ASKED = 'the pool must be the one that only_host names'


class OnlyHostFilter(filters.Filter):
    """Compares the pool's name and its back end's with the hint."""

    name = 'only_host'

    def prepare(self, request: model.Request) -> filters.Judge:
        wanted = request.only_host
        if wanted is None:
            return lambda pool: None
        return lambda pool: (
            None
            if wanted in (pool.name, pool.back_end)
            else model.Refusal(_ASKED, f'it is {pool.name}')
        )

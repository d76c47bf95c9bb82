# SPDX-License-Identifier: Apache-2.0
"""The back end's service must be up and enabled."""

from manila_groups.scheduler import filters
from manila_groups.scheduler import model

DOWN = model.Refusal(
    'the back end must be up',
    'its last heartbeat is too old, or says that it does not work',
)
DISABLED = model.Refusal(
    'the back end must be enabled', 'the operator disabled it'
)


class ServiceFilter(filters.Filter):
    """Checks the heartbeat, and whether the operator disabled the service."""

    name = 'service'

    def prepare(self, request: model.Request) -> filters.Judge:
        return _judge


def _judge(pool: model.Pool) -> model.Refusal | None:
    if not pool.service_enabled:
        return DISABLED
    return None if pool.service_up else DOWN

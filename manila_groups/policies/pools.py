# SPDX-License-Identifier: Apache-2.0
"""Who may see the pools of back ends."""

from manila_groups.policies import base

_PATH = '/scheduler-stats/pools'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'scheduler_stats:pools',
        [
            ('index', base.ADMIN, 'List pools.', [f'GET {_PATH}']),
            (
                'detail',
                base.ADMIN,
                'List pools with their capabilities.',
                [f'GET {_PATH}/detail'],
            ),
        ],
    )

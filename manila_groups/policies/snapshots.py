# SPDX-License-Identifier: Apache-2.0
"""Who may see snapshots of shares."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_snapshot',
        [
            (
                'get_all_snapshots',
                base.READER,
                'List snapshots of shares.',
                ['GET /snapshots', 'GET /snapshots/detail'],
            ),
        ],
    )

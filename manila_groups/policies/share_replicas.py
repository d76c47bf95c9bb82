# SPDX-License-Identifier: Apache-2.0
"""Who may see share replicas."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_replica',
        [
            (
                'get_all',
                base.READER,
                'List share replicas.',
                ['GET /share-replicas', 'GET /share-replicas/detail'],
            ),
        ],
    )

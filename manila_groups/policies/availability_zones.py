# SPDX-License-Identifier: Apache-2.0
"""Who may see availability zones."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'availability_zone',
        [
            (
                'index',
                base.READER,
                'List availability zones.',
                ['GET /availability-zones'],
            ),
        ],
    )

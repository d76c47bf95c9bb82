# SPDX-License-Identifier: Apache-2.0
"""Who may see the limits of the own project."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'limits',
        [
            (
                'index',
                base.READER,
                'Show the limits of the project, and what is used of them.',
                ['GET /limits'],
            )
        ],
    )

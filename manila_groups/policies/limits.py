# SPDX-License-Identifier: Apache-2.0
"""Who may see the absolute limits of their project."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'limits',
        [
            (
                'index',
                base.READER,
                'Show the limits of the project and their usage.',
                ['GET /limits'],
            )
        ],
    )

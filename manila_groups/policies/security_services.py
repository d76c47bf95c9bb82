# SPDX-License-Identifier: Apache-2.0
"""Who may see security services."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'security_service',
        [
            (
                'index',
                base.READER,
                'List security services.',
                ['GET /security-services', 'GET /security-services/detail'],
            ),
        ],
    )

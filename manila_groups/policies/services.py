# SPDX-License-Identifier: Apache-2.0
"""Who may see services, and enable or disable them."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'service',
        [
            ('index', base.ADMIN, 'List services.', ['GET /services']),
            (
                'update',
                base.ADMIN,
                'Enable or disable a service.',
                ['PUT /services/enable', 'PUT /services/disable'],
            ),
        ],
    )

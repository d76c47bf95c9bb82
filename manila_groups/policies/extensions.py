# SPDX-License-Identifier: Apache-2.0
"""Who may list the extensions of the API."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'extension',
        [
            ('index', base.READER, 'List extensions.', ['GET /extensions']),
            (
                'show',
                base.READER,
                'Show an extension.',
                ['GET /extensions/{extension_id}'],
            ),
        ],
    )

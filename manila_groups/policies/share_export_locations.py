# SPDX-License-Identifier: Apache-2.0
"""Who may see the export locations of shares."""

from manila_groups.policies import base

_PATH = '/shares/{share_id}/export_locations'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_export_location',
        [
            (
                'index',
                base.READER,
                'List the export locations of a share.',
                [f'GET {_PATH}'],
            ),
            (
                'show',
                base.READER,
                'Show an export location of a share.',
                [f'GET {_PATH}/{{location_id}}'],
            ),
        ],
    )

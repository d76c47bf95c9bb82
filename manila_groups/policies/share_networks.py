# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share networks and their subnets."""

from manila_groups.policies import base

_PATH = '/share-networks'
_ONE = f'{_PATH}/{{share_network_id}}'
_SUBNETS = f'{_ONE}/subnets'
_SUBNET = f'{_SUBNETS}/{{share_network_subnet_id}}'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_network',
        [
            ('index', base.READER, 'List share networks.', [f'GET {_PATH}']),
            (
                'detail',
                base.READER,
                'List share networks with all fields.',
                [f'GET {_PATH}/detail'],
            ),
            (
                'create',
                base.MEMBER,
                'Create a share network.',
                [f'POST {_PATH}'],
            ),
            ('show', base.READER, 'Show a share network.', [f'GET {_ONE}']),
            (
                'update',
                base.MEMBER,
                'Update a share network.',
                [f'PUT {_ONE}'],
            ),
            (
                'delete',
                base.MEMBER,
                'Delete a share network.',
                [f'DELETE {_ONE}'],
            ),
        ],
    ) + base.rules(
        'share_network_subnet',
        [
            (
                'index',
                base.READER,
                'List the subnets of a share network.',
                [f'GET {_SUBNETS}'],
            ),
            (
                'create',
                base.MEMBER,
                'Add a subnet to a share network.',
                [f'POST {_SUBNETS}'],
            ),
            (
                'show',
                base.READER,
                'Show a subnet of a share network.',
                [f'GET {_SUBNET}'],
            ),
            (
                'delete',
                base.MEMBER,
                'Delete a subnet of a share network.',
                [f'DELETE {_SUBNET}'],
            ),
        ],
    )

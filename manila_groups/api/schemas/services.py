# SPDX-License-Identifier: Apache-2.0
"""What requests about services may say."""

from manila_groups.api.schemas import base

INDEX = base.Schema(
    {
        'host': base.TEXT_QUERY,
        'binary': base.TEXT_QUERY,
        'zone': base.TEXT_QUERY,
        'status': base.TEXT_QUERY,
        'state': base.TEXT_QUERY,
        'ensuring': base.BOOLEAN,
        'limit': base.NUMBER_QUERY,
        'offset': base.NUMBER_QUERY,
        'marker': {
            'type': 'string',
            'pattern': r'^[0-9]{1,9}\Z',
            'description': 'the id of a service, which is a number',
        },
    },
    since={'ensuring': '2.93'},
)

_SERVICE = {'host': base.REQUIRED_NAME, 'binary': base.REQUIRED_NAME}

ENABLE = base.Schema(_SERVICE, required=tuple(_SERVICE))

DISABLE = base.Schema(
    {
        **_SERVICE,
        'disabled_reason': {
            'type': ['string', 'null'],
            'pattern': f'[^{base.SPACE}]',
            'maxLength': 255,
            'description': 'a reason, which is text of up to 255 characters',
        },
    },
    required=tuple(_SERVICE),
    since={'disabled_reason': '2.83'},
)

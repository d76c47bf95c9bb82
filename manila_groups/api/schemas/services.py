# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about services."""

from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists

#: Ids of services are numbers.
_PAGE = {
    'limit': lists.NUMBER,
    'offset': lists.NUMBER,
    'marker': {
        'type': 'string',
        'pattern': r'^[0-9]{1,9}\Z',
        'description': 'the id of a service, which is a number',
    },
}

INDEX = lists.List(
    lists.text('host'),
    lists.text('binary'),
    lists.text('zone'),
    lists.text('status'),
    lists.text('state'),
    lists.flag('ensuring', since='2.93'),
    page=_PAGE,
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

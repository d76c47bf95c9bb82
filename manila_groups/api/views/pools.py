# SPDX-License-Identifier: Apache-2.0
"""Pools in responses."""

from manila_groups.api.views import base
from manila_groups.api.views import shapes

_NAMES = (
    base.Field('name'),
    base.Field('host'),
    base.Field('backend'),
    base.Field('pool'),
)

SUMMARY = base.View(*_NAMES)

DETAIL = base.View(
    *_NAMES,
    base.Field(
        'capabilities',
        value=lambda pool, _: {
            **pool.capabilities,
            'timestamp': base.format_time(pool.reported_at),
        },
        # Back ends may report more fields.
        shape={
            'type': 'object',
            'properties': {'timestamp': shapes.TIME},
            'required': ['timestamp'],
        },
    ),
)

LIST = shapes.every('pools', SUMMARY)
DETAILED_LIST = shapes.every('pools', DETAIL)

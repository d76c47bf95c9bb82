# SPDX-License-Identifier: Apache-2.0
"""Pools as clients read them."""

from manila_groups.api.views import base

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
    ),
)

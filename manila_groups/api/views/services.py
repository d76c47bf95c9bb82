# SPDX-License-Identifier: Apache-2.0
"""Services in responses."""

from manila_groups.api.views import base
from manila_groups.api.views import shapes
from manila_groups.domain.services import api as domain

_STATUS = base.Field(
    'status',
    value=lambda record, _: 'disabled' if record.disabled else 'enabled',
    shape=shapes.one_of('disabled', 'enabled'),
)
_REASON = base.optional('disabled_reason', since='2.83')

#: The response to enabling or disabling a service.
SUMMARY = base.View(base.Field('host'), base.Field('binary'), _STATUS, _REASON)


DETAIL = base.View(
    base.Field('id', shape=shapes.COUNT),
    base.Field('binary'),
    base.Field('host'),
    base.Field('zone'),
    _STATUS,
    base.Field('state', shape=shapes.one_of('up', 'down')),
    base.time('updated_at'),
    _REASON,
    # Back ends do not ensure shares here.
    base.Field(
        'ensuring',
        since='2.93',
        value=lambda *_: False,
        shape={'const': False},
    ),
)

PAGE = shapes.page('services', item=DETAIL)


def view(services: domain.Services) -> base.View:
    """Make the view of a list.

    :param services: the domain, which knows which services are up
    """
    return DETAIL.computing(
        state=lambda record, _: 'up' if services.is_up(record) else 'down'
    )

# SPDX-License-Identifier: Apache-2.0
"""Access rules in responses."""

from manila_groups import states
from manila_groups.api.views import base
from manila_groups.api.views import shapes
from manila_groups.domain.access_rules import api as domain

_FIELDS = (
    base.Field('access_level', shape=shapes.one_of(*domain.LEVELS)),
    base.Field('access_to'),
    base.Field('access_type', shape=shapes.one_of(domain.IP)),
    # Rules for other protocols have an access key.
    base.Field(
        'access_key',
        value=lambda _rule, _request: None,
        shape=shapes.NOTHING,
    ),
    base.Field('state', shape=shapes.one_of(*states.RULE_STATES)),
    base.time('created_at', since='2.33'),
    base.updated_at(since='2.33'),
    base.Field('metadata', since='2.45', shape=shapes.TEXTS),
)

#: The fields in the list of a share's rules.
SUMMARY = base.View(base.Field('id'), *_FIELDS)

DETAIL = base.View(base.Field('id'), base.Field('share_id'), *_FIELDS)

ONE = shapes.one('access', shape=DETAIL)
LIST = shapes.every('access_list', SUMMARY)

# SPDX-License-Identifier: Apache-2.0
"""The schema of scheduler hints, and how they are read."""

from collections.abc import Mapping
from typing import Any

from manila_groups.api.schemas import base
from manila_groups.domain import scheduler_hints as domain

SINCE = 'share-groups 1.6'

#: How many ids one hint may have.
_MOST_IDS = 50

_IDS = {
    'type': ['string', 'array', 'null'],
    'minLength': 1,
    'maxLength': 255,
    'items': base.ID,
    'maxItems': _MOST_IDS,
    'description': 'the id of a share group or a share, or a list of up to '
    f'{_MOST_IDS} of them',
}
_POOL = {
    'type': ['string', 'null'],
    'maxLength': 255,
    'pattern': r'^[^@#]+@[^@#]+(#.+)?\Z',
    'description': 'the name of a pool, as host@backend#pool, or of a back '
    'end, as host@backend',
    'examples': ['host@alpha'],
}

FIELD = {
    'type': ['object', 'null'],
    'properties': {
        **dict.fromkeys(domain.NAMING, _IDS),
        domain.ONLY_HOST: _POOL,
    },
    'additionalProperties': False,
}


def read(
    hints: Mapping[str, Any] | None, request: Any, enforcer: Any, resource: str
) -> dict[str, Any] | None:
    """Read hints that FIELD has accepted: each id once, in lists.

    :param resource: what is created, as policy rules name it
    :returns: None for none
    :raises Forbidden: the policy does not let the caller choose the pool
    """
    given = {name: value for name, value in (hints or {}).items() if value}
    if domain.ONLY_HOST in given:
        enforcer.authorize(request.context, f'{resource}:create_on_host')
    for name in domain.NAMING:
        if name in given:
            given[name] = _ids(given[name])
    return given or None


def _ids(value):
    return list(dict.fromkeys([value] if isinstance(value, str) else value))

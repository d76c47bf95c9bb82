# SPDX-License-Identifier: Apache-2.0
"""Components: common parts of operations, which the document has once."""

import re
from typing import Any

#: Characters that a component's name must not have.
_ODD = re.compile(r'[^A-Za-z0-9._-]')


class Components:
    """Parts of the document that others refer to.

    :ivar found: kind to name to component
    """

    def __init__(self):
        self.found: dict[str, dict[str, Any]] = {}

    def refer(self, kind: str, value: dict, *names: str) -> dict[str, str]:
        """Make a component, or find the one that is equal.

        :param kind: such as parameters
        :param names: its possible names; the last one must be unique
        :returns: the reference to it
        :raises ValueError: other components have all the names
        """
        known = self.found.setdefault(kind, {})
        for name in names:
            key = _ODD.sub('.', name)
            if known.setdefault(key, value) == value:
                return {'$ref': f'#/components/{kind}/{key}'}
        raise ValueError(f'{kind}: {names} are taken')

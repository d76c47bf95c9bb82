# SPDX-License-Identifier: Apache-2.0
"""What several operations have in common is in the document once."""

import re
from typing import Any

#: What a component's name may not have.
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
        :param names: those that it may have; the last one is nobody else's
        :returns: what stands in its place
        :raises ValueError: all names are those of others
        """
        known = self.found.setdefault(kind, {})
        for name in names:
            key = _ODD.sub('.', name)
            if known.setdefault(key, value) == value:
                return {'$ref': f'#/components/{kind}/{key}'}
        raise ValueError(f'{kind}: {names} are taken')

# SPDX-License-Identifier: Apache-2.0
"""Metadata: keys and values that users attach to resources."""

from manila_groups.api.schemas import base

#: MySQL treats keys that differ only in trailing spaces as equal.
_KEY = {
    'pattern': rf'^[^{base.SPACE}]([\s\S]{{0,253}}[^{base.SPACE}])?\Z',
    'description': 'a key of 1 to 255 characters, without space around it',
}
_VALUE = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 1023,
    'description': 'a text of 1 to 1023 characters',
}

#: A field of a body.
FIELD = {
    'type': 'object',
    'propertyNames': _KEY,
    'additionalProperties': _VALUE,
}

#: A body with only metadata.
BODY = base.Schema(names=_KEY, others=_VALUE)

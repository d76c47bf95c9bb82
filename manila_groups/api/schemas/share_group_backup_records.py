# SPDX-License-Identifier: Apache-2.0
"""The schemas of records of share group backups."""

from oslo_utils import timeutils

from manila_groups import exception
from manila_groups.api.schemas import base
from manila_groups.domain.share_group_backups import record

#: The version that has records.
SINCE = 'share-groups 1.8'

#: The ids that this service gives, which rows have as they are.
_ID = {
    'type': 'string',
    'pattern': r'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z',
    'description': 'an id: 32 hexadecimal digits in lower case, in five '
    'groups with hyphens between them',
    'examples': ['00000000-0000-4000-8000-00000000abcd'],
}
_TEXT = {'type': 'string', 'minLength': 1, 'maxLength': 255}
_FLAG = base.or_null({'type': 'boolean'})
_GIB = {'type': 'integer', 'minimum': 0, 'maximum': 2**31 - 1}
_BYTES = {'type': ['integer', 'null'], 'minimum': 0, 'maximum': 2**63 - 1}
#: What a program is given as an argument.
_REFERENCE = {
    'type': 'string',
    'pattern': r'^[0-9A-Za-z][0-9A-Za-z_.:-]{0,254}\Z',
    'description': 'the name of a backup in its repository: 1 to 255 letters, '
    'digits and _ . : -, with a letter or a digit first',
    'examples': ['x'],
}
_TIME = {
    'type': 'string',
    'pattern': r'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}'
    r'(\.[0-9]{1,6})?Z\Z',
    'description': 'a time in UTC such as 2026-11-30T03:00:00.123456Z',
    'examples': ['2026-11-30T03:00:00.123456Z'],
}


def _object(**properties):
    return {
        'type': 'object',
        'properties': properties,
        'required': list(properties),
        'additionalProperties': False,
    }


_NAMES = _object(
    share_group=base.NAME,
    share_group_type=_TEXT,
    share_types={
        'type': 'object',
        'propertyNames': _ID,
        'additionalProperties': _TEXT,
        'maxProperties': record.MOST_SHARE_TYPES,
    },
)
_MEMBER = _object(
    share_id=_ID,
    name=base.NAME,
    size=_GIB,
    share_proto={'type': 'string', 'minLength': 1, 'maxLength': 32},
    share_type_id=_ID,
)
_FIELDS = {
    'version': {'enum': [1]},
    'id': _ID,
    'name': base.NAME,
    'description': base.DESCRIPTION,
    'project_id': base.PROJECT_ID,
    'share_group_id': base.or_null(_ID),
    'share_group_type_id': base.or_null(_ID),
    'source_share_group_snapshot_id': base.or_null(_ID),
    'consistent': _FLAG,
    'size': _GIB,
    'data_size': _BYTES,
    'is_incremental': _FLAG,
    'reference': _REFERENCE,
    'taken_at': _TIME,
    'names': _NAMES,
    'members': {
        'type': 'array',
        'items': _MEMBER,
        'maxItems': record.MOST_MEMBERS,
    },
}

#: How many bytes a member, or a share type, has at most: names of 255
#: characters, each of which is written as twelve, in lines of their own.
_LARGEST = 4096
#: The limit of the body of an import.
MOST_BYTES = _LARGEST * (record.MOST_MEMBERS + record.MOST_SHARE_TYPES + 16)

IMPORT = base.Schema(_FIELDS, required=tuple(_FIELDS))


def check_time(text: str) -> None:
    """Check that a time of the right form is one.

    :raises Invalid: it is not, such as the 30th of February
    """
    try:
        timeutils.parse_isotime(text)
    except ValueError as error:
        raise exception.Invalid(
            f"taken_at: '{text}' is not {_TIME['description']}."
        ) from error

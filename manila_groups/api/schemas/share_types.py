# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share types."""

from oslo_utils import strutils

from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists
from manila_groups.api.schemas import types
from manila_groups.domain.types import share_types as domain

ACCESS_IS_PUBLIC = 'share_type_access:is_public'
#: The same, as it was called when share types were an extension.
OLD_IS_PUBLIC = 'os-share-type-access:is_public'


def _any_case(*words):
    """A pattern for words, with no flag: not all readers know any."""
    spelled = (
        ''.join(f'[{c.upper()}{c}]' if c.isalpha() else c for c in word)
        for word in words
    )
    return f'({"|".join(spelled)})'


_SPACES = f'[{base.SPACE}]*'
#: What has no comma in it, and more than space.
_WORD = f'[^,{base.SPACE}][^,]*'

#: A boolean as people write it, or in the form that the scheduler compares
#: with.
_WORDS = _any_case(*strutils.TRUE_STRINGS, *strutils.FALSE_STRINGS)
_BOOLEAN_SPEC = {
    'type': ['boolean', 'string'],
    'pattern': rf'^{_SPACES}({_any_case("<is>")}{_SPACES}'
    rf'{_any_case("true", "false")}|{_WORDS}){_SPACES}\Z',
    'maxLength': 255,
    'description': 'a boolean: true or false',
}
_TEXT_SPEC = {'type': 'string', 'maxLength': 255}
_GIB_SPEC = {
    'type': ['string', 'integer'],
    'pattern': r'^[1-9][0-9]{0,17}\Z',
    'minimum': 1,
    'maximum': 10**18 - 1,
    'description': f'a whole number of GiB from 1 to {10**18 - 1}',
}

#: The extra specs that mean the same on every back end, each with the values
#: that it may have.
WELL_KNOWN_SPECS: dict[str, dict] = {
    # It is stored as it is written, and 1.0 is not a word for true.
    domain.DHSS: {**base.BOOLEAN, 'type': ['boolean', 'integer', 'string']},
    'snapshot_support': _BOOLEAN_SPEC,
    'create_share_from_snapshot_support': _BOOLEAN_SPEC,
    'revert_to_snapshot_support': _BOOLEAN_SPEC,
    'mount_snapshot_support': _BOOLEAN_SPEC,
    'mount_point_name_support': _BOOLEAN_SPEC,
    'snapshot_inherit_share_access_support': _BOOLEAN_SPEC,
    'replication_type': {'enum': ['writable', 'readable', 'dr']},
    'encryption_support': {'enum': ['share', 'share_server']},
    domain.AVAILABILITY_ZONES: {
        'type': 'string',
        'maxLength': 255,
        'pattern': rf'^{_SPACES}{_WORD}(,{_SPACES}{_WORD})*\Z',
        'description': 'a list of zones with commas between them',
    },
    'provisioning:min_share_size': _GIB_SPEC,
    'provisioning:max_share_size': _GIB_SPEC,
    'provisioning:max_share_extend_size': _GIB_SPEC,
    'provisioning:mount_point_prefix': _TEXT_SPEC,
    'default_qos_type': _TEXT_SPEC,
}

INDEX = lists.List(
    *types.FILTERS,
    lists.mapping('extra_specs', since='2.43'),
    sort=types.SORT,
)

_FIELDS: dict[str, dict] = {
    'name': base.REQUIRED_NAME,
    'description': base.DESCRIPTION,
    ACCESS_IS_PUBLIC: base.BOOLEAN,
    OLD_IS_PUBLIC: base.BOOLEAN,
}
_ABSENT = (ACCESS_IS_PUBLIC, OLD_IS_PUBLIC)

CREATE = base.Schema(
    {
        **_FIELDS,
        'extra_specs': {
            **base.SPECS,
            'properties': WELL_KNOWN_SPECS,
            'required': [domain.DHSS],
        },
    },
    required=('name', 'extra_specs'),
    since={'description': '2.41'},
    absent=_ABSENT,
)

UPDATE = base.Schema(_FIELDS, absent=_ABSENT)

SPECS = base.Schema(
    WELL_KNOWN_SPECS, names=base.SPEC_KEY, others=base.SPEC_VALUE
)

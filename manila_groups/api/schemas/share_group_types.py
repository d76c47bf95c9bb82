# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share group types."""

from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists
from manila_groups.api.schemas import types

INDEX = lists.List(
    *types.FILTERS,
    lists.mapping('group_specs', since='2.66'),
    sort=types.SORT,
)

#: The reference's name of is_public.
ACCESS_IS_PUBLIC = 'share_group_type_access:is_public'

#: The version on the axis share-groups that brings changes of types.
CHANGES_SINCE = 'share-groups 1.1'

_SHARE_TYPES = {'type': 'array', 'items': base.ID, 'maxItems': 1000}
_FIELDS: dict[str, dict] = {
    'name': base.REQUIRED_NAME,
    'description': base.DESCRIPTION,
    'is_public': base.BOOLEAN,
    ACCESS_IS_PUBLIC: base.BOOLEAN,
}

CREATE = base.Schema(
    {
        **_FIELDS,
        'share_types': _SHARE_TYPES,
        'group_specs': base.SPECS,
    },
    required=('name',),
    since={'description': CHANGES_SINCE},
    absent=('share_types', 'group_specs', 'is_public', ACCESS_IS_PUBLIC),
)

UPDATE = base.Schema(
    {**_FIELDS, 'share_types': {**_SHARE_TYPES, 'minItems': 1}},
    absent=('is_public', ACCESS_IS_PUBLIC),
)

SPECS = base.Schema(names=base.SPEC_KEY, others=base.SPEC_VALUE)

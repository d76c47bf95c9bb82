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

CREATE = base.Schema(
    {
        'name': base.REQUIRED_NAME,
        'share_types': {
            'type': 'array',
            'items': base.ID,
            'maxItems': 1000,
        },
        'group_specs': base.SPECS,
        'is_public': base.BOOLEAN,
        ACCESS_IS_PUBLIC: base.BOOLEAN,
    },
    required=('name',),
    absent=('share_types', 'group_specs', 'is_public', ACCESS_IS_PUBLIC),
)

SPECS = base.Schema(names=base.SPEC_KEY, others=base.SPEC_VALUE)

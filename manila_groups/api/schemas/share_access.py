# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about access rules."""

from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists
from manila_groups.api.schemas import metadata
from manila_groups.domain.access_rules import api as share_access

_LEVEL = {'enum': list(share_access.LEVELS)}
_ACCESS_TO = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'examples': ['192.0.2.1'],
}

_NO_LOCK = {
    'enum': [None, False],
    'description': 'false: access rules cannot be locked',
}
_NO_REASON = {
    'type': 'null',
    'description': 'null: access rules cannot be locked',
}

ALLOW = base.Schema(
    {
        'access_type': {'enum': [share_access.IP]},
        'access_to': _ACCESS_TO,
        'access_level': {'enum': [*share_access.LEVELS, None]},
        'metadata': metadata.FIELD,
        'lock_visibility': _NO_LOCK,
        'lock_deletion': _NO_LOCK,
        'lock_reason': _NO_REASON,
    },
    required=('access_type', 'access_to'),
    absent=('metadata',),
    since=dict.fromkeys(
        ('lock_visibility', 'lock_deletion', 'lock_reason'), '2.82'
    ),
    ignored_before={'metadata': '2.45'},
)

#: With unrestrict, also a locked rule is denied; here, none is locked.
DENY = base.Schema(
    {'access_id': base.ID, 'unrestrict': base.BOOLEAN},
    required=('access_id',),
    absent=('unrestrict',),
    since={'unrestrict': '2.82'},
)

ACCESS_LIST = base.Schema({'access_list': {'type': 'null'}})

INDEX = lists.List(
    lists.text('share_id'),
    lists.one_of('access_type', 'ip', 'user', 'cert', 'cephx'),
    lists.text('access_to'),
    lists.one_of('access_level', *share_access.LEVELS),
    lists.text('access_key'),
    lists.text('state'),
    lists.mapping('metadata'),
    page=None,
    needed=('share_id',),
)

UPDATE = base.Schema({'access_level': _LEVEL}, required=('access_level',))

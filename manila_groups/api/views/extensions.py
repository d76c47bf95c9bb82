# SPDX-License-Identifier: Apache-2.0
"""Extensions in responses."""

from manila_groups.api import microversions
from manila_groups.api.views import shapes

#: The axis of versions of what only this service has.
SHARE_GROUPS = {
    'alias': microversions.SHARE_GROUPS,
    'name': 'Share groups',
    'description': 'What only this service has. Requests name a version of '
    f'it in the header {microversions.STANDARD_HEADER}, such as '
    f'"{microversions.SERVICE_TYPE} 2.99, {microversions.SHARE_GROUPS} 1.0".',
    'updated': microversions.SHARE_GROUPS_UPDATED,
    'min_version': microversions.SHARE_GROUPS_HISTORY[0][0],
    'version': microversions.SHARE_GROUPS_HISTORY[-1][0],
    'links': [],
}

_SHAPE = shapes.Members(
    {
        **dict.fromkeys(SHARE_GROUPS, shapes.TEXT),
        'alias': shapes.one_of(microversions.SHARE_GROUPS),
        'links': shapes.EMPTY_LIST,
    }
)
LIST = shapes.every('extensions', _SHAPE)
ONE = shapes.one('extension', shape=_SHAPE)

# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share group backups."""

from collections.abc import Mapping
from typing import Any

from manila_groups import exception
from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists

#: The version that has backups.
SINCE = 'share-groups 1.7'

INDEX = lists.List(
    lists.text('id'),
    lists.text('name'),
    lists.text('name~'),
    lists.text('description'),
    lists.text('description~'),
    lists.text('status'),
    lists.text('share_group_id'),
    lists.text('source_share_group_snapshot_id'),
    lists.text('project_id'),
    lists.flag('all_tenants'),
    sort=[
        *lists.sorts('id', 'name', 'status', 'size', 'share_group_id'),
        *lists.sorts('created_at', 'project_id', 'user_id'),
    ],
)

MEMBERS = lists.List(
    sort=lists.sorts('id', 'created_at', 'name', 'size', 'share_id')
)

_FIELDS = {'name': base.NAME, 'description': base.DESCRIPTION}

#: What a backup may be made of.
_SOURCES = ('share_group_id', 'share_group_snapshot_id')

CREATE = base.Schema(
    {**dict.fromkeys(_SOURCES, base.ID), **_FIELDS}, absent=_SOURCES
)

UPDATE = base.Schema(_FIELDS)

RESTORE = base.Schema(
    {
        'restore': {
            'anyOf': [
                {'type': 'null'},
                {
                    'type': 'object',
                    'properties': {'share_group_id': base.ID},
                    'required': ['share_group_id'],
                    'additionalProperties': False,
                },
            ],
            'description': 'null, or an object with a share_group_id of 1 to '
            '255 characters and nothing else',
        }
    }
)

RESET_STATUS = base.Schema(
    {
        'reset_status': {
            'type': 'object',
            'properties': {
                'status': {'enum': list(states.BACKUP_STATUSES_BY_HAND)}
            },
            'required': ['status'],
            'additionalProperties': False,
        }
    }
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})


def check_source(body: Mapping[str, Any]) -> None:
    """Check that a request names one thing to back up.

    :raises Invalid: it names none, or two
    """
    if len([name for name in _SOURCES if name in body]) != 1:
        given = ' and '.join(name for name in _SOURCES if name in body)
        raise exception.Invalid(
            f'share_group_backup: exactly one of {" and ".join(_SOURCES)} '
            f'must be given; it has {given or "none"}.'
        )

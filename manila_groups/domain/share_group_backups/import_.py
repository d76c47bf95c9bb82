# SPDX-License-Identifier: Apache-2.0
"""Backups that come back: from a record, and what is stored beside the data.

The repository and its key are the project's own, so a record of another
project's backup leads nowhere.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.db import share_group_backups as rows
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_backups import create
from manila_groups.domain.share_group_backups import insert as insertion
from manila_groups.domain.share_group_backups import places
from manila_groups.domain.share_group_backups import record

IMPORT = 'import'

_FAILED = (
    'The share group backup could not be imported: the repository of the '
    'project has none that the record describes, or cannot be read.'
)
_OVERDUE = 'The share group backup was not imported in time.'


def insert(
    conn, conf, ctxt, given: Mapping[str, Any]
) -> records.ShareGroupBackup:
    """Add a backup that a record describes.

    :param given: valid by the schema of the API
    :raises Invalid: it names unknown share types, or no back end can read it
    :raises Conflict: the backup is there already
    :raises OverQuota: the project may not have so much more
    """
    if rows.get(conn, given['id']) is not None:
        raise exception.Conflict(
            f'id: there is a share group backup {given["id"]} already.'
        )
    if operations.are_open_on(conn, states.SHARE_GROUP_BACKUP, given['id']):
        raise exception.Conflict(
            f'id: the share group backup {given["id"]} is still being removed.'
        )
    host = places.choose(conn, conf, None)
    if host is None:
        raise exception.Invalid('No back end that can read backups is there.')
    owner = {'project_id': ctxt.project_id, 'user_id': ctxt.user_id}
    values = {
        **owner,
        'request_id': ctxt.request_id,
        **{
            name: given[name]
            for name in (
                'id',
                'name',
                'description',
                'share_group_id',
                'source_share_group_snapshot_id',
                'consistent',
                'size',
                'data_size',
                'is_incremental',
                'reference',
            )
        },
        'share_group_type_id': _find_group_type(conn, given),
        'taken_at': timeutils.normalize_time(
            timeutils.parse_isotime(given['taken_at'])
        ),
        'is_unverified': True,
        'manifest': dict(given),
        'host': host,
    }
    rows.insert(conn, values, _members(conn, owner, given))
    return insertion.count(conn, conf, given['id'])


def _members(conn, owner, given):
    types = _find_types(conn, given)
    return [
        {
            **owner,
            'id': uuidutils.generate_uuid(),
            **{
                name: one[name]
                for name in ('share_id', 'name', 'size', 'share_proto')
            },
            'share_type_id': types[one['share_type_id']],
        }
        for one in given['members']
    ]


def _find_types(conn, given):
    """Find the share types by their ids, or else by their names of then."""
    ids = {one['share_type_id'] for one in given['members']}
    names = given['names']['share_types']
    found = {}
    for type_id in sorted(ids):
        there = _find(conn, type_rows.SHARE_TYPES, type_id, names.get(type_id))
        if there is None:
            raise exception.Invalid(
                f'members: there is no share type {type_id}, and none named '
                f'{names.get(type_id)}.'
            )
        found[type_id] = there.id
    return found


def _find_group_type(conn, given):
    """Find the share group type likewise; None if there is none such."""
    found = _find(
        conn,
        type_rows.SHARE_GROUP_TYPES,
        given['share_group_type_id'],
        given['names']['share_group_type'],
    )
    return found and found.id


def _find(conn, store, type_id, name):
    by_id = store.get_many(conn, [type_id], None) if type_id else []
    if by_id or name is None:
        return by_id[0] if by_id else None
    return store.get(conn, name, None)


def _imported(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    tx.transition(
        changes.BACKUP,
        [one.row for one in tasks],
        states.ShareGroupBackup.CREATED,
        event='import.end',
        is_unverified=False,
    )
    tx.end(tasks)


def check(backup: records.ShareGroupBackup, stored: Mapping[str, Any]) -> None:
    """Compare what an imported backup's record says with what is stored.

    :raises DriverError: they differ
    """
    wrong = record.differ(stored, backup.manifest)
    if wrong:
        raise exception.DriverError(
            f'the record of the share group backup {utils.label(backup)} '
            f'differs from what is stored in: {", ".join(wrong)}'
        )


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    _fail(tx, task, _FAILED, messages.DRIVER_FAILED)


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    _fail(tx, task, _OVERDUE, messages.TIMED_OUT)


def _fail(tx, task, text, detail):
    transition = states.ShareGroupBackup.CREATE_FAILED
    tx.fail(task, transition, messages.IMPORT, text, detail=detail)
    tx.end([task])


VERB = verbs.Verb(
    name=IMPORT,
    kind=states.SHARE_GROUP_BACKUP,
    resource=changes.BACKUP,
    during=(states.CREATING,),
    is_own=(rows.is_unverified(),),
    beside=(create.CREATE,),
    locate=lambda _backup: IMPORT,
    steps=(
        verbs.Step(
            name=IMPORT,
            at=verbs.Place.BACKEND,
            load=create.load,
            done=_imported,
            failed=_failed,
            overdue=_overdue,
            gone=verbs.Gone(verbs.Away.DOWN, _failed),
            alone=True,
        ),
    ),
)

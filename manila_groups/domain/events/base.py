# SPDX-License-Identifier: Apache-2.0
"""Events: every change that others hear of, with its payload.

An event is noted in the transaction of the change, and published after the
commit: a change that loses a race or is rolled back makes no event.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

from oslo_context import context as oslo_context
from oslo_utils import timeutils

from manila_groups import context
from manila_groups.db import api as db_api
from manila_groups.db import share_group_snapshots
from manila_groups.db import shares

DELETED = 'deleted'


@dataclasses.dataclass(frozen=True, slots=True)
class Noun:
    """What an event is about, and the fields of its payload.

    :ivar verbs: what can happen to it; the end of an event's type
    :ivar fields: fields of the row's record
    :ivar computed: name to function of fields computed from the record
    :ivar details: fields that only some events have
    """

    verbs: tuple[str, ...]
    fields: tuple[str, ...]
    computed: Mapping[str, Callable] = dataclasses.field(default_factory=dict)
    details: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """A change of one row.

    :ivar noun: a key of NOUNS
    :ivar verb: one of the noun's verbs
    :ivar row: the row's record after the change
    :ivar caller: the context of the request that caused the change
    :ivar at: the time of the change, in UTC
    :ivar details: fields that are not in the record
    """

    noun: str
    verb: str
    row: Any
    caller: oslo_context.RequestContext
    at: datetime.datetime
    details: Mapping[str, Any]

    @property
    def type(self) -> str:
        """Noun, verb and phase, separated by dots."""
        return f'{self.noun}.{self.verb}'

    @property
    def is_error(self) -> bool:
        """Whether the event is of a failure."""
        return self.verb.endswith('.error')

    def payload(self) -> dict[str, Any]:
        """The row's fields as plain data, with times in ISO 8601."""
        noun = NOUNS[self.noun]
        payload = {name: getattr(self.row, name) for name in noun.fields}
        for name, compute in noun.computed.items():
            payload[name] = compute(self.row)
        payload |= {'occurred_at': self.at, **self.details}
        return {name: _plain(value) for name, value in payload.items()}


def note(conn, event: str, row, caller=None, **details) -> None:
    """Note an event, which is published when the transaction is committed.

    :param event: its type: noun.verb or noun.verb.phase
    :param row: the row's record after the change
    :param caller: the context of the request; None takes the request from the
        record, or else from the thread
    :raises ValueError: the table of events has no such type
    """
    noun, _, verb = event.partition('.')
    if verb not in NOUNS[noun].verbs:
        raise ValueError(f'{event} is not in the table of events.')
    caller = caller or caller_of(row)
    made = Event(noun, verb, row, caller, timeutils.utcnow(), details)
    db_api.note(conn, made)


def note_content(
    conn, verb: str, group, statuses: tuple[str, ...], **details
) -> None:
    """Note an event of each share and snapshot that changes with its group.

    :param group: the group's record, with the request that caused the change
    :param statuses: the statuses of those shares and snapshots after it
    """
    caller = caller_of(group)
    for noun, store in (
        ('share', shares),
        ('share_group_snapshot', share_group_snapshots),
    ):
        for row in store.of_group(conn, group.id):
            if row.status in statuses:
                note(conn, f'{noun}.{verb}', row, caller, **details)


def caller_of(row) -> oslo_context.RequestContext:
    """Make the context of the request that began a row's work."""
    if getattr(row, 'request_id', None) is None:
        current = oslo_context.get_current()
        return current or context.RequestContext(overwrite=False)
    return context.RequestContext(
        request_id=row.request_id,
        project_id=getattr(row, 'project_id', None),
        user_id=getattr(row, 'user_id', None),
        overwrite=False,
    )


def _plain(value):
    if isinstance(value, datetime.datetime):
        return f'{value.isoformat()}Z'
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _phases(*verbs):
    phases = ('start', 'end', 'error')
    return tuple(f'{verb}.{phase}' for verb in verbs for phase in phases)


_OWNED = ('id', 'project_id', 'user_id', 'name', 'created_at')
_TYPE = ('id', 'name', 'is_public', 'specs', 'created_at')
_TYPE_VERBS = (
    'create',
    'update',
    'delete',
    'specs.update',
    'specs.delete',
    'access.add',
    'access.remove',
)

NOUNS = {
    'share_group': Noun(
        (
            *_phases('create', 'delete', 'revert', 'restore'),
            'update',
            'reset_status',
        ),
        (
            *_OWNED,
            'status',
            'host',
            'availability_zone',
            'share_group_type_id',
            'share_types',
            'share_network_id',
            'source_share_group_snapshot_id',
            'source_share_group_id',
            'source_share_group_backup_id',
        ),
        details=('reason',),
    ),
    'share_group_snapshot': Noun(
        (*_phases('create', 'delete'), 'update', 'reset_status'),
        (*_OWNED, 'status', 'host', 'share_group_id'),
        {
            'share_ids': lambda row: [one.share_id for one in row.members],
            'size': lambda row: sum(one.size for one in row.members),
        },
        details=('reason',),
    ),
    'share_group_backup': Noun(
        (
            *_phases('create', 'delete', 'import'),
            'update',
            'restore',
            'reset_status',
        ),
        (
            *_OWNED,
            'status',
            'host',
            'availability_zone',
            'share_group_id',
            'source_share_group_snapshot_id',
            'restoring_share_group_id',
            'taken_at',
            'size',
            'data_size',
            'sent_size',
            'is_incremental',
        ),
        {'share_ids': lambda row: [one.share_id for one in row.members]},
        details=('reason',),
    ),
    'share': Noun(
        (
            *_phases(
                'create', 'delete', 'extend', 'shrink', 'revert', 'restore'
            ),
            'update',
            'reset_status',
        ),
        (
            *_OWNED,
            'status',
            'host',
            'availability_zone',
            'size',
            'new_size',
            'share_proto',
            'share_type_id',
            'share_group_id',
            'share_network_id',
            'is_public',
            'metadata',
        ),
        details=('reason',),
    ),
    'share_access': Noun(
        (*_phases('allow', 'deny'), 'update'),
        (
            'id',
            'share_id',
            'access_type',
            'access_to',
            'access_level',
            'state',
            'metadata',
            'created_at',
        ),
        details=('project_id', 'reason'),
    ),
    'share_network': Noun(('create', 'update', 'delete'), _OWNED),
    'share_network_subnet': Noun(
        ('create', 'delete'),
        (
            'id',
            'share_network_id',
            'availability_zone',
            'neutron_net_id',
            'neutron_subnet_id',
            'created_at',
        ),
        details=('project_id',),
    ),
    'share_group_type': Noun(
        _TYPE_VERBS,
        (*_TYPE, 'description', 'share_types'),
        details=('project_id',),
    ),
    'share_type': Noun(
        _TYPE_VERBS,
        (*_TYPE, 'description'),
        details=('project_id',),
    ),
    'quota_set': Noun(
        ('update', 'delete'),
        ('project_id',),
        {
            'limits': lambda row: {
                name: quota.limit for name, quota in row.quotas.items()
            }
        },
        details=('user_id', 'share_type_id'),
    ),
    'service': Noun(
        ('enable', 'disable'),
        ('id', 'binary', 'host', 'zone', 'disabled', 'disabled_reason'),
    ),
}

# SPDX-License-Identifier: Apache-2.0
"""What the database says at the end."""

import collections
import dataclasses

import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models
from manila_groups.db import operation_search as search
from manila_groups.db import records
from manila_groups.tests.faults import ledger

_UNDER_WAY = (
    states.CREATING,
    states.DELETING,
    states.EXTENDING,
    states.SHRINKING,
    states.REVERTING,
    states.RESTORING,
    states.BACKUP_RESTORING,
)

#: The tables of rows that have a status, its column, and what is no status to
#: stay in.
_MACHINES = (
    (models.ShareGroup, 'status', _UNDER_WAY),
    (models.Share, 'status', _UNDER_WAY),
    (models.ShareGroupSnapshot, 'status', _UNDER_WAY),
    (models.ShareGroupBackup, 'status', _UNDER_WAY),
    (
        models.ShareAccessRule,
        'state',
        (
            states.QUEUED_TO_APPLY,
            states.APPLYING,
            states.QUEUED_TO_DENY,
            states.DENYING,
        ),
    ),
)

_MODELS = {
    ledger.GROUPS: models.ShareGroup,
    ledger.SHARES: models.Share,
    ledger.SNAPSHOTS: models.ShareGroupSnapshot,
    ledger.BACKUPS: models.ShareGroupBackup,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """All rows of one moment, as mappings.

    :ivar things: by kind, then by id
    :ivar pools: of all back ends
    :ivar members: of snapshots: by the snapshot's id, the ids of the shares
    """

    things: dict[str, dict]
    pools: list
    members: dict[str, set[str]]

    def host_of(self, kind: str, row) -> str | None:
        """The host@backend where something is; None when it has no place."""
        if kind == ledger.SNAPSHOTS:
            row = self.things[ledger.GROUPS].get(row['share_group_id'])
        return row and row['host'] and row['host'].partition('#')[0]


class Database:
    """Reads the service's database.

    :param url: as SQLAlchemy wants it
    """

    def __init__(self, url: str):
        self._engine = sa.create_engine(url, poolclass=sa.pool.NullPool)

    def under_way(self) -> dict[str, int]:
        """How many rows have a status that is no status to stay in."""
        found = {}
        with self._engine.connect() as connection:
            for model, name, statuses in _MACHINES:
                column = getattr(model, name)
                query = sa.select(column, sa.func.count()).group_by(column)
                query = query.where(column.in_(statuses))
                for status, number in connection.execute(query):
                    found[f'{model.__tablename__} {status}'] = number
        return found

    def operations(self) -> list[records.Operation]:
        """What has not ended: work on rows, and clean-ups at back ends."""
        with self._engine.connect() as conn:
            return search.find(conn)

    def content(self) -> Content:
        """Read everything."""
        with self._engine.connect() as connection:
            members = collections.defaultdict(set)
            for one in _rows(connection, models.ShareGroupSnapshotMember):
                members[one['share_group_snapshot_id']].add(one['share_id'])
            return Content(
                things={
                    kind: {row['id']: row for row in _rows(connection, model)}
                    for kind, model in _MODELS.items()
                },
                pools=_rows(connection, models.Pool),
                members=members,
            )


def _rows(connection, model):
    return connection.execute(sa.select(model.__table__)).mappings().all()


def wrong_claims(content: Content):
    """Tell which pools count otherwise than what is in them."""
    groups, claimed = collections.Counter(), collections.Counter()
    for row in content.things[ledger.GROUPS].values():
        groups[row['host']] += 1
    for row in content.things[ledger.SHARES].values():
        claimed[row['host']] += row['claimed_gb']
    for pool in content.pools:
        name = pool['name']
        counted = pool['share_groups'], pool['claimed_gb']
        real = groups[name], claimed[name]
        if counted != real:
            yield (
                f'{name} counts {counted[0]} groups and {counted[1]} GiB, and '
                f'has {real[0]} and {real[1]}'
            )

# SPDX-License-Identifier: Apache-2.0
"""Share groups with shares in them, as back ends have left them.

The domain is the real one, on a real database; nobody takes up the work that
it tells of.
"""

import collections

from oslo_utils import uuidutils
import sqlalchemy as sa

from manila_groups import context
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import operation_search as search
from manila_groups.db import operations
from manila_groups.db import services
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as share_rows
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_group_snapshots import api as snapshots_api
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.rpc import wake as wakes
from manila_groups.tests.unit.db import case

BACKEND = 'host@alpha'
POOL = f'{BACKEND}#one'
#: The kind and the machine of what is in each store.
_MACHINES = {
    group_rows: (states.SHARE_GROUP, states.ShareGroup),
    snapshot_rows: (states.SHARE_GROUP_SNAPSHOT, states.ShareGroupSnapshot),
}


class SnapshotCase(case.OnSqlite):
    """A test with the domain in hand.

    :ivar hints: what schedulers and back ends were told
    """

    def setUp(self):
        super().setUp()
        self.hints = []
        self.types = share_types.ShareTypes(self.conf, self.db)
        self.group_types = share_group_types.ShareGroupTypes(
            self.conf, self.db, self.types
        )
        self.groups = share_groups.ShareGroups(
            self.conf, self.db, self.group_types, self.types, self
        )
        self.snapshots = snapshots_api.ShareGroupSnapshots(
            self.conf, self.db, self
        )
        self.caller = self.new_caller('here', 'user')
        self.other = self.new_caller('there', 'stranger')
        self.admin = context.RequestContext(
            project_id='admins', user_id='root', is_admin=True
        )
        # What is deleted by force waits for it.
        self.ask(services.beat, BACKEND, services.BACKEND, 'nova')
        self.share_types = [
            self.types.create(name, {share_types.DHSS: 'False'}).id
            for name in ('default', 'second')
        ]
        self.group_type = self.group_types.create(
            self.admin, 'default', self.share_types, {}
        ).id

    def new_caller(self, project_id, user_id):
        return context.RequestContext(
            project_id=project_id,
            user_id=user_id,
            is_admin=False,
            request_id='req-1',
        )

    # What the domain knows of schedulers and back ends.

    def wake(self, wake):
        place = () if wake.place == wakes.SCHEDULERS else (wake.place,)
        self.hints.append((*place, wake.kind, wake.resource_id))

    # What a test needs to be there.

    def given_group(self, *sizes, **wanted):
        """Make a group with shares of these sizes; returns its id."""
        wanted.setdefault('share_types', self.share_types)
        group = self.groups.create(
            self.caller, share_groups.NewShareGroup(**wanted)
        )
        zone = self.ensure_zone('nova')
        self.created(group_rows, group, host=POOL, availability_zone_id=zone)
        for size in sizes:
            self.given_share(group.id, size)
        self.hints.clear()
        return group.id

    def given_share(self, group_id, size, type_number=0, **values):
        """Put a share into a group; returns its id."""
        type_id = self.share_types[type_number]
        row = {
            'id': uuidutils.generate_uuid(),
            'project_id': 'here',
            'user_id': 'user',
            'share_group_id': group_id,
            'share_type_id': type_id,
            'size': size,
            'share_proto': 'NFS',
            'host': POOL,
            'status': states.AVAILABLE,
            'claimed_gb': size,
            **values,
        }
        with self.db.writer() as conn:
            share_rows.insert(conn, [row])
            quotas.take(
                conn,
                self.conf,
                quotas.Owner('here', 'user', type_id),
                {quotas.SHARES: 1, quotas.GIGABYTES: size},
            )
        return row['id']

    def given_snapshot(self, group_id):
        """Take a snapshot of a group; returns its id."""
        snapshot = self.snapshots.create(self.caller, group_id)
        self.created(snapshot_rows, snapshot)
        self.hints.clear()
        return snapshot.id

    def clone(self, snapshot_id, caller=None, **wanted):
        return self.groups.create(
            caller or self.caller,
            share_groups.NewShareGroup(
                source_share_group_snapshot_id=snapshot_id, **wanted
            ),
        )

    def created(self, store, row, **values):
        """End the creation of a group or a snapshot, as a back end does."""
        kind, machine = _MACHINES[store]
        self.transition(store, row.id, machine.CREATED, **values)
        self.ask(operations.cancel, kind, row.id)

    # What a test looks at.

    def operations_on(self, row_id):
        """The operations on a row: (verb, step, place, whether by force)."""
        found = self.ask(
            search.find,
            search.equals('resource_id', row_id),
        )
        return [(one.verb, one.step, one.runs_at, one.forced) for one in found]

    def get_group(self, group_id):
        return self.ask(group_rows.get, group_id)

    def get_snapshot(self, snapshot_id):
        return self.ask(snapshot_rows.get, snapshot_id)

    def shares_of(self, group_id):
        return self.ask(share_rows.of_group, group_id)

    def status_of(self, model, row_id):
        with self.db.reader() as conn:
            return conn.scalar(
                sa.select(model.status).where(model.id == row_id)
            )

    def check_quotas(self):
        """Compare what is counted with the rows themselves."""
        counted = collections.Counter()
        for model, resource in (
            (models.ShareGroup, quotas.SHARE_GROUPS),
            (models.ShareGroupSnapshot, quotas.SHARE_GROUP_SNAPSHOTS),
        ):
            for row in self.rows(model):
                self.count_row(counted, row, None, {resource: 1})
        for row in self.rows(models.Share):
            amounts = {quotas.SHARES: 1, quotas.GIGABYTES: row.quota_gb}
            self.count_row(counted, row, row.share_type_id, amounts)
        for row in self.rows(models.ShareGroupSnapshotMember):
            amounts = {
                quotas.SNAPSHOTS: 1,
                quotas.SNAPSHOT_GIGABYTES: row.size,
            }
            self.count_row(counted, row, row.share_type_id, amounts)
        used = {
            tuple(row[:4]): row.in_use
            for row in self.rows(models.QuotaUsage)
            if row.in_use
        }
        self.assertEqual(dict(counted), used)

    def rows(self, model):
        with self.db.reader() as conn:
            return conn.execute(model.__table__.select()).all()

    def count_row(self, counted, row, type_id, amounts):
        owner = quotas.Owner(row.project_id, row.user_id, type_id)
        for scope in owner.scopes():
            for resource, amount in amounts.items():
                by_type = resource in quotas.COUNTED_BY_SHARE_TYPE
                if by_type or not scope.share_type_id:
                    key = (
                        scope.project_id,
                        scope.user_id,
                        scope.share_type_id,
                        resource,
                    )
                    counted[key] += amount

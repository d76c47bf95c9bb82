# SPDX-License-Identifier: Apache-2.0
"""The service without threads: a test decides when a message arrives.

The domain, the scheduler's manager and the back ends' managers are the real
ones, on a real database; what they send to each other waits in a list, to be
delivered or lost.
"""

import collections
import datetime
import threading

import fixtures
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import context
from manila_groups import paging
from manila_groups.backend import loader
from manila_groups.backend import manager as backend_manager
from manila_groups.backup import loader as engines
from manila_groups.db import audit
from manila_groups.db import messages
from manila_groups.db import models
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.db import share_access_rules
from manila_groups.db import share_group_backups as backup_rows
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import share_groups as rows
from manila_groups.db import shares as share_rows
from manila_groups.domain.access_rules import api as share_access
from manila_groups.domain.backup_policies import api as policies_api
from manila_groups.domain.operations import listing
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import standard
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.services import api as services_domain
from manila_groups.domain.share_group_backups import api as backups_api
from manila_groups.domain.share_group_snapshots import api as snapshots_api
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.domain.shares import api as shares
from manila_groups.domain.shares import insert as share_creation
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.rpc import wake as wakes
from manila_groups.scheduler import manager as scheduler_manager
from manila_groups.tests import engine
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests import lock_order

PROJECT = 'here'
AVAILABLE = 'available'


class Clock(fixtures.Fixture):
    """What time it is for the service."""

    def _setUp(self):
        self._passed = datetime.timedelta()
        self._utcnow = timeutils.utcnow
        self.useFixture(
            fixtures.MonkeyPatch('oslo_utils.timeutils.utcnow', self.utcnow)
        )

    def utcnow(self):
        return self._utcnow() + self._passed

    def stop(self):
        """Let it be now until time is said to pass."""
        self._passed, now = datetime.timedelta(), self._utcnow()
        self._utcnow = lambda: now

    def passed(self):
        """Seconds that were said to have passed."""
        return self._passed.total_seconds()

    def advance(self, seconds):
        self._passed += datetime.timedelta(seconds=seconds)


class InProcess(fixtures.Fixture):
    """The service in a test's hand.

    :param overrides: section to option to value
    :param registry: the verbs; None for those of the service
    :ivar messages: what has been sent and not delivered yet
    :ivar events: what has become known, oldest first
    :ivar changes: the changes of statuses among it, oldest first
    :ivar groups: the domain, as are shares, snapshots and access
    :ivar scheduler: the scheduler's manager
    :ivar backends: host@backend to the manager
    :ivar drivers: host@backend to the driver
    """

    def __init__(self, overrides=None, registry=None):
        self._overrides = overrides
        self.registry = registry or standard.build()

    def _setUp(self):
        used = self.useFixture(
            service_fixtures.DatabaseFixture(self._overrides)
        )
        self.clock = self.useFixture(Clock())
        self.conf = used.conf
        self.events = []
        self.changes = []
        self.db = used.db.heard_by(self._hear)
        self.useFixture(lock_order.LockOrder(self.db.engine))
        self.messages = []
        self._turns = collections.defaultdict(threading.RLock)
        self.types = share_types.ShareTypes(self.conf, self.db)
        self.group_types = share_group_types.ShareGroupTypes(
            self.conf, self.db, self.types
        )
        self.admin = context.RequestContext(
            project_id='admins', is_admin=True, user_id='root'
        )
        self.caller = context.RequestContext(
            project_id=PROJECT,
            user_id='user',
            is_admin=False,
            request_id='req-1',
        )
        share_type = self.types.create('default', {share_types.DHSS: 'False'})
        self.default_type = self.group_types.create(
            self.admin, 'default', [share_type.id], {}
        )
        self.groups = share_groups.ShareGroups(
            self.conf, self.db, self.group_types, self.types, self
        )
        self.shares = shares.Shares(self.conf, self.db, self.types, self)
        self.snapshots = snapshots_api.ShareGroupSnapshots(
            self.conf, self.db, self
        )
        self.access = share_access.ShareAccess(self.db, self)
        self.scheduler = self.new_scheduler()
        self.backups = backups_api.ShareGroupBackups(self.conf, self.db, self)
        self.policies = policies_api.BackupPolicies(self.conf, self.db)
        #: All back ends reach the same repositories; unless one is configured.
        self.engine = engine.Copies()
        self.backends, self.drivers = {}, {}
        for name in self.conf.enabled_backends:
            self.start_backend(name)

    def _hear(self, event):
        is_change = isinstance(event, audit.Change)
        (self.changes if is_change else self.events).append(event)

    # What the managers and the domain know of each other.

    def wake(self, wake):
        self.messages.append(wake)

    # What a test does.

    def new_scheduler(self):
        return scheduler_manager.SchedulerManager(
            self.conf, self.db, self.registry, self
        )

    def start_backend(self, name, driver=None):
        """Start a back end, as a new process would.

        :param driver: one whose storage is still there; None makes a new one
        """
        host = f'{self.conf.host}@{name}'
        driver = driver or loader.load(self.conf, name)
        zone = self.conf[name].backend_availability_zone or 'nova'
        self.drivers[host] = driver
        self.backends[host] = backend_manager.BackendManager(
            self.conf,
            self.db,
            host,
            zone,
            driver,
            self.registry,
            self,
            engine=self._engine_for(driver),
        )
        self.backends[host].report()

    def _engine_for(self, driver):
        """Make the engine that is configured, if any is."""
        made = engines.build(self.conf, driver.run_command())
        return made or self.engine

    def stop_backend(self, name):
        """Let a back end disappear with what it had in memory."""
        host = f'{self.conf.host}@{name}'
        del self.backends[host], self.drivers[host]

    def remove_service(self, name):
        with self.db.writer() as conn:
            host = f'{self.conf.host}@{name}'
            services.delete(conn, host, services.BACKEND)

    def deliver(self, number=0):
        """Deliver one message; one for nobody is lost."""
        place = self.messages.pop(number).place
        if place == wakes.SCHEDULERS:
            self._let_work(place, self.scheduler)
        elif place in self.backends:
            self._let_work(place, self.backends[place])

    def _let_work(self, place, manager):
        # A runner has one thread that claims and records.
        with self._turns[place]:
            manager.runner.run_all()

    def deliver_all(self):
        while self.messages:
            self.deliver()

    def beat(self):
        """Let every back end that there is report."""
        for backend in self.backends.values():
            backend.report()

    def reconcile(self):
        """Let everybody search for what was lost, and look at their queues."""
        for one in (self.scheduler, *self.backends.values()):
            self.search(one)

    def search(self, manager):
        """Let a scheduler or a back end find all that it has to do."""
        manager.reconcile()
        manager.runner.run_all()

    def pass_time(self, seconds):
        """Let time go by in which every back end has reported."""
        self.clock.advance(seconds)
        self.beat()

    def settle(self):
        """Let time pass until nothing more happens; messages are lost."""
        for _ in range(6):
            self.messages.clear()
            self.pass_time(self.conf.service.stuck_after + 1)
            self.reconcile()
            self.deliver_all()

    # What a test looks at.

    def create(self, **wanted):
        group = self.groups.create(
            self.caller, share_groups.NewShareGroup(**wanted)
        )
        return group.id

    def create_share(self, size=1, **wanted):
        share = self.shares.create(
            self.caller,
            share_creation.NewShare(size=size, share_proto='NFS', **wanted),
        )
        return share.id

    def create_snapshot(self, group_id):
        return self.snapshots.create(self.caller, group_id).id

    def create_backup(self, group_id=None, snapshot_id=None, **values):
        return self.backups.create(
            self.caller, group_id, snapshot_id, **values
        ).id

    def allow(self, share_id, access_to, access_level='rw'):
        wanted = share_access.NewRule(access_to, access_level)
        return self.access.allow(self.caller, share_id, wanted).id

    def read(self, function, *args):
        """Call a function of the database modules."""
        with self.db.reader() as conn:
            return function(conn, *args)

    def get(self, group_id):
        return self.read(rows.get, group_id)

    def get_share(self, share_id):
        return self.read(share_rows.get, share_id)

    def get_snapshot(self, snapshot_id):
        return self.read(snapshot_rows.get, snapshot_id)

    def status(self, group_id):
        group = self.get(group_id)
        return group and group.status

    def share_status(self, share_id):
        share = self.get_share(share_id)
        return share and share.status

    def snapshot_status(self, snapshot_id):
        snapshot = self.get_snapshot(snapshot_id)
        return snapshot and snapshot.status

    def all_groups(self):
        return self.read(rows.list_page, {}, paging.Page(), True)[0]

    def all_shares(self):
        return self.read(share_rows.list_page, {}, paging.Page(), True)[0]

    def all_snapshots(self):
        return self.read(snapshot_rows.list_page, {}, paging.Page(), True)[0]

    def get_backup(self, backup_id):
        return self.read(backup_rows.get, backup_id)

    def backup_status(self, backup_id):
        backup = self.get_backup(backup_id)
        return backup and backup.status

    def all_backups(self):
        return self.read(backup_rows.list_page, {}, paging.Page(), True)[0]

    def rules(self, share_id):
        """The state of each rule of a share, by whom it is for."""
        found = self.read(share_access_rules.of_share, share_id)
        return {one.access_to: one.state for one in found}

    def user_messages(self):
        return self.read(messages.list_page, {}, paging.Page())[0]

    def in_use(self, resource=quotas.SHARE_GROUPS):
        """How much of a resource is counted for the project."""
        return self._usages().get((PROJECT, '', '', resource), 0)

    def counts(self):
        return {
            pool.name: pool.share_groups for pool in self.read(pools.list_all)
        }

    def claims(self):
        return {
            pool.name: pool.claimed_gb for pool in self.read(pools.list_all)
        }

    def under_way(self, **filters):
        """The operations that have not ended: see listing.under_way()."""
        return listing.under_way(self.db, filters)

    def operation(self, resource_id):
        """The only operation on a resource."""
        (found,) = self.under_way(resource_id=resource_id)
        return found

    def clean_ups(self):
        return self.under_way(verb=removing.CLEAN_UP)

    def is_up(self, host):
        """Tell whether a back end is up, as host@backend."""
        row = self.read(services.get, host, services.BACKEND)
        return services_domain.is_up(self.conf, row)

    def _usages(self):
        usage = models.QuotaUsage.__table__
        columns = (
            usage.c.project_id,
            usage.c.user_id,
            usage.c.share_type_id,
            usage.c.resource,
        )
        with self.db.reader() as conn:
            found = conn.execute(sa.select(*columns, usage.c.in_use))
            return {tuple(row[:4]): row[4] for row in found if row[4]}

    def check(self, test):
        """Compare what is counted with the rows themselves."""
        groups, found = self.all_groups(), self.all_shares()
        used = collections.Counter()
        for group in groups:
            _count(used, group, {quotas.SHARE_GROUPS: 1})
        for share in found:
            _count(
                used,
                share,
                {quotas.SHARES: 1, quotas.GIGABYTES: share.quota_gb},
                share.share_type_id,
            )
        for snapshot in self.all_snapshots():
            _count(used, snapshot, {quotas.SHARE_GROUP_SNAPSHOTS: 1})
            for one in snapshot.members:
                amounts = {
                    quotas.SNAPSHOTS: 1,
                    quotas.SNAPSHOT_GIGABYTES: one.size,
                }
                _count(used, snapshot, amounts, one.share_type_id)
        for backup in self.all_backups():
            amounts = {
                quotas.SHARE_GROUP_BACKUPS: 1,
                quotas.BACKUPS: len(backup.members),
                quotas.BACKUP_GIGABYTES: backup.size,
            }
            _count(used, backup, {k: v for k, v in amounts.items() if v})
        test.assertEqual(dict(used), self._usages())
        placed = collections.Counter(one.host for one in groups)
        claimed = collections.Counter()
        for share in found:
            claimed[share.host] += share.claimed_gb
        for counted, expected in (
            (self.counts(), placed),
            (self.claims(), claimed),
        ):
            test.assertEqual(
                {name: expected[name] for name in counted}, counted, found
            )
        unplaced = [one for one in found if not one.host and one.claimed_gb]
        test.assertEqual([], unplaced)

    def check_content(self, test):
        """Compare what the drivers have with the rows, when all is quiet."""
        for host, driver in self.drivers.items():
            for found, all_rows in (
                (driver.share_groups, self.all_groups()),
                (driver.shares, self.all_shares()),
                (driver.snapshots, self.all_snapshots()),
            ):
                here = {
                    one.id: one.status
                    for one in all_rows
                    if one.host and one.host.startswith(f'{host}#')
                }
                test.assertEqual(set(), set(found) - set(here))
                usable = {key for key in here if here[key] == AVAILABLE}
                test.assertEqual(set(), usable - set(found))
        for share in self.all_shares():
            if share.status == AVAILABLE and share.host:
                driver = self.drivers[share.host.partition('#')[0]]
                test.assertEqual(share.size, driver.shares[share.id].size_gb)


def _count(used, row, amounts, share_type_id=''):
    """Count what a row uses: for its project, user and share type."""
    for resource, amount in amounts.items():
        used[row.project_id, '', '', resource] += amount
        used[row.project_id, row.user_id, '', resource] += amount
        if share_type_id:
            used[row.project_id, '', share_type_id, resource] += amount

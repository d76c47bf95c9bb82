# SPDX-License-Identifier: Apache-2.0
"""The service without threads: a test decides when a message arrives.

The domain, the scheduler's manager and the back ends' managers are the real
ones, on a real database; what they send to each other waits in a list, to be
delivered or lost.
"""

import collections
import dataclasses
import datetime

import fixtures
from oslo_utils import timeutils

from manila_groups import context
from manila_groups.backend import loader
from manila_groups.backend import manager as backend_manager
from manila_groups.db import messages
from manila_groups.db import models
from manila_groups.db import paging
from manila_groups.db import pools
from manila_groups.db import quotas
from manila_groups.db import services
from manila_groups.db import share_groups as rows
from manila_groups.groups import lifecycle
from manila_groups.groups import share_group_types
from manila_groups.groups import share_groups
from manila_groups.groups import share_types
from manila_groups.scheduler import manager as scheduler_manager
from manila_groups.tests import fixtures as service_fixtures

PROJECT = 'here'


@dataclasses.dataclass(frozen=True)
class Message:
    """What waits to be delivered: a method of a manager, and for whom."""

    server: str
    method: str
    group_id: str


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

    def advance(self, seconds):
        self._passed += datetime.timedelta(seconds=seconds)


class InProcess(fixtures.Fixture):
    """The service in a test's hand.

    :param overrides: section to option to value
    :ivar messages: what has been sent and not delivered yet
    :ivar groups: the domain
    :ivar scheduler: the scheduler's manager
    :ivar backends: host@backend to the manager
    :ivar drivers: host@backend to the driver
    """

    def __init__(self, overrides=None):
        self._overrides = overrides

    def _setUp(self):
        used = self.useFixture(
            service_fixtures.DatabaseFixture(self._overrides)
        )
        self.clock = self.useFixture(Clock())
        self.conf, self.db = used.conf, used.db
        self.messages = []
        self.steps = lifecycle.Lifecycle(self.conf, self.db)
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
            self.conf, self.db, self.group_types, self.types, self, self
        )
        self.scheduler = self.new_scheduler()
        self.backends, self.drivers = {}, {}
        for name in self.conf.enabled_backends:
            self.start_backend(name)

    # What the managers and the domain know of each other.

    def place_share_group(self, ctxt, group_id):
        self._send('scheduler', 'place_share_group', group_id)

    def create_share_group(self, ctxt, pool, group_id):
        self._send(pool.partition('#')[0], 'create_share_group', group_id)

    def delete_share_group(self, ctxt, pool, group_id):
        self._send(pool.partition('#')[0], 'delete_share_group', group_id)

    def _send(self, server, method, group_id):
        self.messages.append(Message(server, method, group_id))

    # What a test does.

    def new_scheduler(self):
        return scheduler_manager.SchedulerManager(
            self.conf, self.db, self.steps, self
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
            self.db, host, zone, driver, self.steps, self
        )
        self.backends[host].report()

    def stop_backend(self, name):
        """Let a back end disappear with what it had in memory."""
        host = f'{self.conf.host}@{name}'
        del self.backends[host], self.drivers[host]

    def remove_service(self, name):
        with self.db.writer() as session:
            host = f'{self.conf.host}@{name}'
            services.delete(session, host, services.BACKEND)

    def deliver(self, number=0):
        """Deliver one message; one for nobody is lost."""
        message = self.messages.pop(number)
        manager = (
            self.scheduler
            if message.server == 'scheduler'
            else self.backends.get(message.server)
        )
        if manager is not None:
            getattr(manager, message.method)(self.admin, message.group_id)

    def deliver_all(self):
        while self.messages:
            self.deliver()

    def beat(self):
        """Let every back end that there is report."""
        for backend in self.backends.values():
            backend.report()

    def reconcile(self):
        self.scheduler.reconcile()
        for backend in self.backends.values():
            backend.reconcile()

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

    def get(self, group_id):
        with self.db.reader() as session:
            return rows.get(session, group_id)

    def status(self, group_id):
        group = self.get(group_id)
        return group and group.status

    def all_groups(self):
        with self.db.reader() as session:
            return rows.list_page(session, {}, paging.Page(), True)[0]

    def user_messages(self):
        with self.db.reader() as session:
            return messages.list_page(session, {}, paging.Page())[0]

    def in_use(self):
        with self.db.reader() as session:
            return quotas.used(session, PROJECT, lifecycle.QUOTA) or 0

    def counts(self):
        with self.db.reader() as session:
            return {
                pool.name: pool.share_groups
                for pool in pools.list_all(session)
            }

    def check(self, test):
        """Compare what is counted with the rows themselves."""
        found = self.all_groups()
        test.assertEqual(len(found), self.in_use())
        placed = collections.Counter(one.host for one in found if one.host)
        counts = self.counts()
        test.assertEqual(
            {name: placed[name] for name in counts}, counts, found
        )

    def insert_share(self, group_id):
        """Insert a share of a group, as the API can't do it yet."""
        group = self.get(group_id)
        with self.db.writer() as session:
            session.execute(
                models.Share.__table__.insert().values(
                    id=group_id,
                    project_id=PROJECT,
                    share_group_id=group_id,
                    share_type_id=group.share_types[0],
                    size=1,
                    share_proto='NFS',
                    status='available',
                    is_public=False,
                    created_at=group.created_at,
                )
            )

# SPDX-License-Identifier: Apache-2.0
"""What operators see of a service that has stopped, and of its pools."""

import datetime

import sqlalchemy as sa

from manila_groups import context
from manila_groups import paging
from manila_groups.db import models
from manila_groups.db import pools as pool_rows
from manila_groups.db import services as service_rows
from manila_groups.domain.services import api as services
from manila_groups.domain.services import pools
from manila_groups.tests import base
from manila_groups.tests import fixtures

REPORT = {
    'claimable_gb': None,
    'total_capacity_gb': 2,
    'free_capacity_gb': 1,
    'reserved_percentage': 0,
    'capabilities': {},
    'group_capabilities': {},
}
PAGE = paging.Page(sort_key='id', descending=False)


class TestServices(base.TestCase):
    def setUp(self):
        super().setUp()
        made = self.useFixture(fixtures.DatabaseFixture())
        self.conf, self.db = made.conf, made.db
        self.services = services.Services(self.conf, self.db)
        self.pools = pools.Pools(self.db, self.services)
        with self.db.writer() as conn:
            for host in ('host@dead', 'host@live'):
                service_id = service_rows.beat(conn, host, 'binary', 'nova')
                reports = {f'{host}#pool': REPORT}
                pool_rows.report(conn, service_id, reports)
        self.silence('host@dead', self.conf.service.down_time + 1)

    def silence(self, host, seconds):
        """Let a service's last heartbeat be that long ago."""
        since = datetime.timedelta(seconds=seconds)
        table = models.Service.__table__
        with self.db.writer() as conn:
            beat = conn.scalar(
                sa.select(table.c.updated_at).where(table.c.host == host)
            )
            conn.execute(
                sa.update(table)
                .where(table.c.host == host)
                .values(updated_at=beat - since)
            )

    def hosts(self, **filters):
        found, _ = self.services.list_page(filters, PAGE)
        return [service.host for service in found]

    def test_the_state_follows_from_the_last_sign_of_life(self):
        found, _ = self.services.list_page({}, PAGE)
        states = {one.host: self.services.is_up(one) for one in found}
        self.assertEqual({'host@dead': False, 'host@live': True}, states)

    def test_the_state_is_a_filter(self):
        self.assertEqual(['host@dead'], self.hosts(state='down'))
        self.assertEqual(['host@live'], self.hosts(state='up'))
        self.assertEqual([], self.hosts(state='down', host='host@live'))

    def test_a_service_that_is_late_is_not_down_yet(self):
        self.silence('host@live', self.conf.service.down_time - 5)
        self.assertEqual(['host@live'], self.hosts(state='up'))

    def test_pools_of_a_service_that_is_down_are_not_listed(self):
        found = self.pools.list_all(context.service_context(), {})
        self.assertEqual(['host@live#pool'], [pool.name for pool in found])

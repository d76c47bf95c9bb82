# SPDX-License-Identifier: Apache-2.0
"""The scheduler reads anew what has changed, and only that."""

import sqlalchemy as sa

from manila_groups.db import services
from manila_groups.domain.services import api as services_domain
from manila_groups.scheduler import pools
from manila_groups.tests import base
from manila_groups.tests import inprocess

BACKEND = 'manila-share'


class TestPoolCache(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess())
        self.cache = self.new_cache()
        self.names = sorted(self.service.counts())
        self._statements = []
        sa.event.listen(
            self.service.db.engine, 'before_cursor_execute', self._note
        )

    def _note(self, _connection, _cursor, statement, parameters, *_rest):
        self._statements.append((statement, parameters))

    def new_cache(self):
        conf = self.service.conf
        return pools.PoolCache(
            self.service.db, lambda one: services_domain.is_up(conf, one)
        )

    def read(self, cache=None):
        """The pools by name, and the services whose pools were read."""
        self._statements.clear()
        found = (cache or self.cache).current()
        read = [
            parameters
            for statement, parameters in self._statements
            if 'FROM pools' in statement
        ]
        self.assertLessEqual(len(read), 1)
        ids = read[0] if read else ()
        hosts = {
            one.id: one.host
            for one in self.in_transaction(services.list_all, BACKEND)
        }
        return (
            {pool.name: pool for pool in found},
            sorted(hosts.get(one, one) for one in ids),
        )

    def in_transaction(self, function, *args):
        with self.service.db.writer() as conn:
            return function(conn, *args)

    def disable(self, disabled):
        self.in_transaction(
            services.set_disabled, 'host@beta', BACKEND, disabled, None
        )

    def test_reads_all_at_first_and_nothing_then(self):
        found, read = self.read()
        self.assertEqual(self.names, sorted(found))
        self.assertEqual(['host@alpha', 'host@beta'], read)
        again, read = self.read()
        self.assertEqual((found, []), (again, read))

    def test_a_heartbeat_is_no_change(self):
        before, _read = self.read()
        self.service.pass_time(5)
        after, read = self.read()
        self.assertEqual((before, []), (after, read))

    def test_a_claim_is_read_at_its_back_end_only(self):
        self.read()
        self.service.create(availability_zone='west')
        self.service.deliver()
        found, read = self.read()
        self.assertEqual(['host@beta'], read)
        self.assertEqual(1, found['host@beta#only'].share_groups)

    def test_a_service_that_is_disabled_and_enabled(self):
        for disabled in (False, True, False):
            self.disable(disabled)
            found, _read = self.read()
            self.assertEqual(
                not disabled, found['host@beta#only'].service_enabled
            )
            self.assertTrue(found['host@alpha#one'].service_enabled)

    def test_a_service_that_falls_silent_and_comes_back(self):
        self.read()
        self.service.clock.advance(self.service.conf.service.down_time + 1)
        found, _read = self.read()
        self.assertEqual([], [one for one in found.values() if one.service_up])
        self.service.backends['host@alpha'].report()
        found, read = self.read()
        self.assertEqual(['host@alpha'], read)
        self.assertTrue(found['host@alpha#one'].service_up)
        self.assertFalse(found['host@beta#only'].service_up)

    def test_a_service_that_is_removed(self):
        self.read()
        self.service.remove_service('beta')
        found, read = self.read()
        self.assertNotIn('host@beta#only', found)
        self.assertEqual([], read)

    def test_a_service_that_is_removed_and_comes_back(self):
        self.read()
        self.service.remove_service('beta')
        self.service.backends['host@beta'].report()
        found, read = self.read()
        self.assertIn('host@beta#only', found)
        self.assertEqual(['host@beta'], read)

    def test_a_scheduler_that_was_restarted_sees_the_same(self):
        self.service.create(availability_zone='west')
        self.service.deliver()
        self.disable(True)
        self.read()
        self.service.create(availability_zone='nova')
        self.service.deliver()
        found, _read = self.read()
        fresh, _read = self.read(self.new_cache())
        self.assertEqual(found, fresh)

    def test_no_back_end(self):
        for name in ('alpha', 'beta'):
            self.service.remove_service(name)
        self.assertEqual(({}, []), self.read())

# SPDX-License-Identifier: Apache-2.0
"""Rows of services and of the availability zones that they are in."""

from manila_groups.db import api
from manila_groups.db import availability_zones
from manila_groups.db import models
from manila_groups.db import services
from manila_groups.tests.unit.db import case


class TestServices(case.OnSqlite):
    def beat(self, host='h', binary='scheduler', zone='nova'):
        return self.ask(services.beat, host, binary, zone)

    def get(self, host='h', binary='scheduler'):
        return self.ask(services.get, host, binary)

    def test_the_first_beat_makes_the_service(self):
        service_id = self.beat()
        found = self.get()
        self.assertEqual(
            (service_id, 'nova', False, None, 0),
            (
                found.id,
                found.zone,
                found.disabled,
                found.disabled_reason,
                found.pools_generation,
            ),
        )

    def test_each_beat_is_later_and_keeps_the_rest(self):
        first = self.beat()
        self.ask(services.set_disabled, 'h', 'scheduler', True, 'repair')
        before = self.get()
        self.assertEqual(first, self.beat(zone='west'))
        after = self.get()
        self.assertLess(before.updated_at, after.updated_at)
        self.assertEqual(
            ('west', True, 'repair'),
            (after.zone, after.disabled, after.disabled_reason),
        )

    def test_services_are_told_apart(self):
        self.beat()
        self.beat(binary='backend')
        self.beat(host='H')
        found = self.ask(services.list_all)
        self.assertEqual(
            [('h', 'scheduler'), ('h', 'backend'), ('H', 'scheduler')],
            [(one.host, one.binary) for one in found],
        )
        (found,) = self.ask(services.list_all, 'backend')
        self.assertEqual('backend', found.binary)

    def test_disable_and_enable(self):
        self.beat()
        for disabled, reason in ((True, 'why'), (False, None)):
            self.assertTrue(
                self.ask(
                    services.set_disabled, 'h', 'scheduler', disabled, reason
                )
            )
            found = self.get()
            self.assertEqual(
                (disabled, reason), (found.disabled, found.disabled_reason)
            )
        self.assertFalse(
            self.ask(services.set_disabled, 'h', 'nothing', True, None)
        )

    def test_an_id_is_not_used_again(self):
        first = self.beat()
        self.assertTrue(self.ask(services.delete, 'h', 'scheduler'))
        self.assertFalse(self.ask(services.delete, 'h', 'scheduler'))
        self.assertIsNone(self.get())
        self.assertLess(first, self.beat())

    def test_beats_at_once(self):
        beat = api.retry_on_deadlock(self.beat)
        ids = case.at_once([beat] * 20)
        self.assertEqual({self.get().id}, set(ids))
        self.assertEqual(1, self.count(models.Service))


class TestServicesWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestServices
):
    pass


class TestServicesOnMysql(case.OnMysql, TestServices):
    pass


class TestServicesOnPostgresql(case.OnPostgresql, TestServices):
    pass


class TestZones(case.OnSqlite):
    def test_a_zone_is_made_once(self):
        west = self.ensure_zone('west')
        self.assertEqual(west, self.ensure_zone('west'))
        self.assertNotEqual(west, self.ensure_zone('West'))
        self.assertEqual(west, self.ask(availability_zones.get_id, 'west'))
        self.assertEqual('west', self.ask(availability_zones.get_name, west))
        self.assertEqual(
            ['West', 'west'],
            [one.name for one in self.ask(availability_zones.list_all)],
        )

    def test_no_zone(self):
        self.assertIsNone(self.ask(availability_zones.get_id, 'west'))
        self.assertIsNone(self.ask(availability_zones.get_name, None))

    def test_one_that_many_make_at_once(self):
        ensure = api.retry_on_deadlock(lambda: self.ensure_zone('\U0001f600'))
        ids = case.at_once([ensure] * 20)
        zone_id = self.ask(availability_zones.get_id, '\U0001f600')
        self.assertEqual({zone_id}, set(ids))


class TestZonesOnMysql(case.OnMysql, TestZones):
    pass


class TestZonesOnPostgresql(case.OnPostgresql, TestZones):
    pass

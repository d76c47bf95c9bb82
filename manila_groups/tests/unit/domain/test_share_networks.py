# SPDX-License-Identifier: Apache-2.0
"""Share networks are there for as long as something names them."""

import random

from manila_groups import context
from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import models
from manila_groups.db import quotas as quota_rows
from manila_groups.domain.share_networks import api as share_networks
from manila_groups.tests.unit.db import case


class TestShareNetworks(case.OnSqlite):
    overrides = {'quota': {'share_networks': 3}}

    def setUp(self):
        super().setUp()
        self.insert_types()
        self.networks = share_networks.ShareNetworks(self.conf, self.db)
        self.caller = context.RequestContext(
            project_id='here', user_id='user', is_admin=False
        )
        self.admin = context.RequestContext(project_id='ops', is_admin=True)
        self.zones = {name: self.ensure_zone(name) for name in ('a', 'b')}

    def create(self, zone=None):
        made = self.networks.create(
            self.caller,
            'name',
            None,
            share_networks.NewSubnet(availability_zone=zone),
        )
        return made.id

    def add_subnet(self, network_id, zone):
        subnet = share_networks.NewSubnet(availability_zone=zone)
        made = self.networks.create_subnet(
            self.caller, network_id, subnet, several=True
        )
        return made.id

    def check(self, network_id, zone=None, caller=None):
        self.ask(share_networks.check, caller or self.caller, network_id, zone)

    def check_refused(self, *args):
        raised = self.assertRaises(exception.Invalid, self.check, *args)
        self.assertIn('share_network_id', raised.message)

    def delete(self, network_id):
        self.networks.delete(self.caller, network_id)

    def delete_subnet(self, network_id, subnet_id):
        self.networks.delete_subnet(self.caller, network_id, subnet_id)

    def insert_group(self, network_id, zone=None):
        (group_id,) = self.insert_groups(
            {
                'share_network_id': network_id,
                'availability_zone_id': zone and self.zones[zone],
            }
        )
        return group_id

    def insert_share(self, network_id, zone=None):
        self.insert(
            models.Share,
            {
                'project_id': 'here',
                'share_type_id': self.share_type,
                'size': 1,
                'quota_gb': 1,
                'share_proto': 'NFS',
                'status': 'available',
                'access_rules_status': 'active',
                'share_network_id': network_id,
                'availability_zone_id': zone and self.zones[zone],
            },
        )

    def in_use(self):
        scope = quota_rows.Scope('here')
        found = self.ask(quota_rows.usages, [scope])
        return found.get((scope, 'share_networks'), 0)

    def test_one_that_may_be_named(self):
        network_id = self.create()
        for zone in (None, 'a', 'b', 'unknown'):
            self.check(network_id, zone)

    def test_a_check_is_no_change_that_users_see(self):
        network_id = self.create()
        before = self.networks.get(self.caller, network_id)
        self.check(network_id)
        self.assertEqual(before, self.networks.get(self.caller, network_id))

    def test_one_that_is_not_there(self):
        self.check_refused('unknown')
        network_id = self.create()
        self.delete(network_id)
        self.check_refused(network_id)

    def test_one_of_another_project(self):
        network_id = self.create()
        self.check_refused(network_id, None, self.admin)
        self.assertEqual(
            network_id, self.networks.get(self.admin, network_id).id
        )

    def test_one_in_another_zone(self):
        network_id = self.create('a')
        self.check(network_id)
        self.check(network_id, 'a')
        self.check_refused(network_id, 'b')
        self.check_refused(network_id, 'unknown')
        self.add_subnet(network_id, 'b')
        self.check(network_id, 'b')

    def test_one_without_subnets(self):
        network_id = self.create()
        (subnet,) = self.networks.get(self.caller, network_id).subnets
        self.delete_subnet(network_id, subnet.id)
        self.check_refused(network_id)
        self.check_refused(network_id, 'a')
        self.delete(network_id)

    def test_one_that_is_named_is_not_deleted(self):
        for insert in (self.insert_group, self.insert_share):
            network_id = self.create()
            insert(network_id)
            self.assertRaises(exception.Conflict, self.delete, network_id)
            self.networks.get(self.caller, network_id)
        self.assertEqual(2, self.in_use())

    def test_one_that_is_named_does_not_move(self):
        network_id = self.create()
        self.insert_share(network_id)
        update = self.networks.update
        ids = {'neutron_net_id': 'net', 'neutron_subnet_id': 'subnet'}
        raised = self.assertRaises(
            exception.Forbidden, update, self.caller, network_id, ids
        )
        self.assertIn('neutron_net_id', raised.message)
        update(self.caller, network_id, {'name': 'other'})

    def test_subnets_that_are_used(self):
        network_id = self.create()
        (default,) = self.networks.get(self.caller, network_id).subnets
        in_a = self.add_subnet(network_id, 'a')
        in_b = self.add_subnet(network_id, 'b')
        for insert in (self.insert_group, self.insert_share):
            insert(network_id, 'b')
        for subnet_id in (default.id, in_b):
            self.assertRaises(
                exception.Conflict, self.delete_subnet, network_id, subnet_id
            )
        self.delete_subnet(network_id, in_a)
        found = self.networks.get(self.caller, network_id).subnets
        self.assertEqual([default.id, in_b], [one.id for one in found])

    def test_what_has_no_zone_yet_may_come_to_any(self):
        network_id = self.create('a')
        self.insert_group(network_id)
        (subnet,) = self.networks.get(self.caller, network_id).subnets
        self.assertRaises(
            exception.Conflict, self.delete_subnet, network_id, subnet.id
        )

    def test_the_quota(self):
        made = [self.create() for _ in range(3)]
        self.assertRaises(exception.OverQuota, self.create)
        self.assertEqual(3, self.count(models.ShareNetwork))
        self.networks.delete(self.admin, made[0])
        self.create()
        self.assertRaises(exception.Invalid, self.create, 'unknown')
        self.assertEqual(3, self.in_use())
        self.assertEqual(3, self.count(models.ShareNetworkSubnet))

    def test_none_is_deleted_while_it_comes_to_be_named(self):
        for number in range(4):
            network_id = self.create()

            @db_api.retry_on_deadlock
            def name(network_id=network_id):
                with self.db.writer() as conn:
                    # As the creation of a group does: something is read
                    # before the network is.
                    conn.execute(models.ShareType.__table__.select())
                    share_networks.check(conn, self.caller, network_id, None)
                    conn.execute(
                        models.ShareGroup.__table__.insert().values(
                            id=f'{network_id[:30]}-{random.randrange(9**5)}',
                            project_id='here',
                            status='creating',
                            share_group_type_id=self.group_type,
                            share_network_id=network_id,
                            created_at=case.START,
                        )
                    )

            calls = [name, name, lambda n=network_id: self.delete(n)]
            random.Random(number).shuffle(calls)
            results = case.at_once(calls, 3)
            named = self.count(
                models.ShareGroup,
                models.ShareGroup.share_network_id == network_id,
            )
            there = self.count(
                models.ShareNetwork, models.ShareNetwork.id == network_id
            )
            self.assertEqual(1 if named else 0, there, results)
            if there:
                self.assertIn('Conflict', repr(results))
                with self.db.writer() as conn:
                    conn.execute(models.ShareGroup.__table__.delete())
                self.delete(network_id)
        self.assertEqual(0, self.in_use())


class TestShareNetworksOnMysql(case.OnMysql, TestShareNetworks):
    pass


class TestShareNetworksOnPostgresql(case.OnPostgresql, TestShareNetworks):
    pass

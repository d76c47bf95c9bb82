# SPDX-License-Identifier: Apache-2.0
"""What becomes known of shares, and of what is neither they nor groups."""

from manila_groups.domain.quotas import sets as quota_sets
from manila_groups.domain.services import api as services
from manila_groups.domain.share_networks import api as share_networks
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import events_case


class TestShares(events_case.EventsCase):
    def available(self):
        share_id = self.service.create_share(2)
        self.service.deliver_all()
        self.heard()
        return share_id

    def test_a_life(self):
        shares = self.service.shares
        share_id = self.service.create_share(2)
        self.assertEqual(['share.create.start'], self.heard())
        self.assertEqual(['share.create.end'], self.settled())
        shares.update(self.caller, share_id, {'name': 'other'})
        shares.set_metadata(self.caller, share_id, {'a': '1', 'b': '2'})
        shares.delete_metadata(self.caller, share_id, 'b')
        self.assertEqual(['share.update'] * 3, self.heard())
        self.assertEqual({'a': '1'}, self.last[0].payload()['metadata'])
        for verb, size in (('extend', 3), ('shrink', 1)):
            getattr(shares, verb)(self.caller, share_id, size)
            self.assertEqual([f'share.{verb}.start'], self.heard())
            self.assertEqual(size, self.last[0].row.new_size)
            self.assertEqual([f'share.{verb}.end'], self.settled())
            self.assertEqual(size, self.last[0].row.size)
            self.assertEqual('available', self.last[0].row.status)
        shares.reset_status(self.admin, share_id, 'error')
        self.assertEqual(['share.reset_status'], self.heard())
        shares.delete(self.caller, share_id, None)
        self.assertEqual(['share.delete.start'], self.heard())
        self.assertEqual(['share.delete.end'], self.settled())

    def test_failures(self):
        share_id = self.available()
        self.failing('resize_share', 'delete_share', 'create_share')
        shares = self.service.shares
        for verb, size in (('extend', 3), ('shrink', 1)):
            getattr(shares, verb)(self.caller, share_id, size)
            self.assertEqual(f'share.{verb}.error', self.settled()[-1])
            self.assertEqual(2, self.last[0].row.size)
            self.assertTrue(self.last[0].details['reason'])
        shares.delete(self.caller, share_id, None)
        self.assertEqual('share.delete.error', self.settled()[-1])
        self.service.create_share()
        self.assertEqual('share.create.error', self.settled()[-1])

    def test_no_room(self):
        share_id = self.available()
        self.service.create_share(500)
        self.assertEqual('share.create.error', self.settled()[-1])
        self.service.shares.extend(self.caller, share_id, 499)
        self.assertEqual('share.extend.error', self.settled()[-1])
        row = self.last[0].row
        self.assertEqual(
            ('available', 2, None), (row.status, row.size, row.new_size)
        )

    def test_access(self):
        share_id, access = self.available(), self.service.access
        rule_id = self.service.allow(share_id, '192.0.2.1')
        self.assertEqual(['share_access.allow.start'], self.heard())
        self.assertEqual(['share_access.allow.end'], self.settled())
        access.set_metadata(self.caller, rule_id, {'a': '1'})
        access.delete_metadata(self.caller, rule_id, 'a')
        self.assertEqual(['share_access.update'] * 2, self.heard())
        access.change_level(self.caller, rule_id, 'ro')
        access.change_level(self.caller, rule_id, 'ro')
        self.assertEqual(['share_access.allow.start'], self.heard())
        self.failing('update_access')
        self.assertEqual(['share_access.allow.error'], self.settled())
        access.deny(self.caller, share_id, rule_id)
        self.assertEqual(
            ['share_access.deny.start', 'share_access.deny.error'],
            self.settled(),
        )
        self.failing()
        access.deny(self.caller, share_id, rule_id)
        access.deny(self.caller, share_id, rule_id)
        self.assertEqual(
            ['share_access.deny.start', 'share_access.deny.end'],
            self.settled(),
        )
        payload = self.last[0].payload()
        self.assertEqual(
            ('deleted', '192.0.2.1', inprocess.PROJECT),
            (payload['state'], payload['access_to'], payload['project_id']),
        )


class TestOthers(events_case.EventsCase):
    def test_types(self):
        types, group_types = self.service.types, self.service.group_types
        specs = {'driver_handles_share_servers': 'False'}
        one = types.create('one', specs, is_public=False)
        two = group_types.create(
            self.admin, 'two', [one.id], {}, is_public=False
        )
        self.assertEqual(
            ['share_type.create', 'share_group_type.create'], self.heard()
        )
        for noun, kind, made in (
            ('share_type', types, one),
            ('share_group_type', group_types, two),
        ):
            kind.set_specs(self.admin, made.id, {'a': '1'})
            kind.delete_spec(self.admin, made.id, 'a')
            kind.add_project(self.admin, made.id, 'p')
            kind.remove_project(self.admin, made.id, 'p')
            self.assertEqual(
                [
                    f'{noun}.{verb}'
                    for verb in (
                        'specs.update',
                        'specs.delete',
                        'access.add',
                        'access.remove',
                    )
                ],
                self.heard(),
            )
            self.assertEqual('p', self.last[0].payload()['project_id'])
        types.update(self.admin, one.id, {'name': 'three'})
        group_types.delete(self.admin, two.id)
        types.delete(self.admin, one.id)
        self.assertEqual(
            ['share_type.update', 'share_group_type.delete'], self.heard()[:2]
        )
        self.assertEqual('share_type.delete', self.last[0].type)

    def test_share_networks(self):
        networks = share_networks.ShareNetworks(
            self.service.conf, self.service.db
        )
        made = networks.create(
            self.caller, 'n', None, share_networks.NewSubnet()
        )
        subnet = networks.create_subnet(
            self.caller,
            made.id,
            share_networks.NewSubnet(availability_zone='west'),
            False,
        )
        networks.delete_subnet(self.caller, made.id, subnet.id)
        networks.update(self.caller, made.id, {'name': 'm'})
        networks.delete(self.caller, made.id)
        self.assertEqual(
            [
                'share_network.create',
                'share_network_subnet.create',
                'share_network_subnet.create',
                'share_network_subnet.delete',
                'share_network.update',
                'share_network_subnet.delete',
                'share_network.delete',
            ],
            self.heard(),
        )

    def test_quota_sets(self):
        sets = quota_sets.QuotaSets(self.service.conf, self.service.db)
        part = quota_sets.Part(user_id='u')
        sets.update(self.admin, 'p', part, {'shares': 3}, False)
        self.assertEqual(['quota_set.update'], self.heard())
        payload = self.last[0].payload()
        self.assertEqual(
            ('p', 'u', 3),
            (
                payload['project_id'],
                payload['user_id'],
                payload['limits']['shares'],
            ),
        )
        sets.delete(self.admin, 'p', part)
        self.assertEqual(['quota_set.delete'], self.heard())

    def test_services(self):
        domain = services.Services(self.service.conf, self.service.db)
        domain.disable('host@beta', 'manila-share', 'why')
        domain.enable('host@beta', 'manila-share')
        self.assertEqual(['service.disable', 'service.enable'], self.heard())

# SPDX-License-Identifier: Apache-2.0
"""Share servers come with the outcome of what needs them, or not at all."""

from manila_groups.domain.share_networks import api as share_networks
from manila_groups.domain.types import share_types
from manila_groups.tests import base
from manila_groups.tests import inprocess

_SERVERS = {share_types.DHSS: True}


class TestShareServers(base.TestCase):
    def start(self, **options):
        """Start two back ends with share servers."""
        section = {'fake_capabilities': _SERVERS, **options}
        self.service = self.useFixture(
            inprocess.InProcess(
                {
                    'alpha': section,
                    'beta': section,
                    'scheduler': {'max_attempts': 2},
                }
            )
        )
        service = self.service
        networks = share_networks.ShareNetworks(service.conf, service.db)
        self.network = networks.create(
            service.caller, None, None, share_networks.NewSubnet()
        ).id
        share_type = service.types.create('servers', {share_types.DHSS: 'yes'})
        self.group_type = service.group_types.create(
            service.admin, 'servers', [share_type.id], {}
        ).id

    def create(self):
        group_id = self.service.create(
            share_group_type_id=self.group_type,
            share_network_id=self.network,
        )
        self.service.deliver_all()
        return self.service.get(group_id)

    def server(self, row):
        driver = self.service.drivers[row.host.partition('#')[0]]
        return driver.share_server(self.network)

    def test_another_pool_is_tried_when_there_is_no_server(self):
        self.start(fake_first_failures={'share_server': 1})
        group = self.create()
        self.assertEqual('available', group.status)
        self.assertEqual(self.server(group), group.share_server_id)
        self.assertEqual([], self.service.user_messages())

    def test_no_back_end_has_a_server(self):
        self.start(fake_failures={'share_server': 1})
        group = self.create()
        self.assertEqual(
            ('error', None, None),
            (group.status, group.host, group.share_server_id),
        )
        (message,) = self.service.user_messages()
        self.assertEqual(group.id, message.resource_id)

    def test_a_share_waits_for_the_server(self):
        self.start()
        group = self.create()
        share_id = self.service.create_share(
            share_type='servers', share_group_id=group.id
        )
        self.assertIsNone(self.service.get_share(share_id).share_server_id)
        self.service.deliver_all()
        share = self.service.get_share(share_id)
        self.assertEqual('available', share.status)
        self.assertEqual(group.share_server_id, share.share_server_id)

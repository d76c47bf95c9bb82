# SPDX-License-Identifier: Apache-2.0
"""The service while NFS-Ganesha is away, and when it is back."""

import pathlib
import signal

import fixtures

from manila_groups.db import services
from manila_groups.tests import base
from manila_groups.tests import ganesha
from manila_groups.tests import inprocess

HOST = 'host@alpha'


class TestAway(base.TestCase):
    """One back end exports with NFS-Ganesha, the other one is simulated."""

    def setUp(self):
        super().setUp()
        ganesha.need(self)
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.server = self.useFixture(ganesha.GaneshaFixture())
        section = {
            'driver': 'local',
            'local_path': str(root / 'alpha'),
            'export': 'ganesha',
            **self.server.options,
        }
        self.service = self.useFixture(inprocess.InProcess({'alpha': section}))
        self.addCleanup(self.service.check, self)

    def make_share(self):
        share_id = self.service.create_share(availability_zone='nova')
        self.service.deliver_all()
        share = self.service.get_share(share_id)
        self.assertEqual(
            ('available', f'{HOST}#alpha'), (share.status, share.host)
        )
        return share_id

    def location(self, share_id):
        return f'127.0.0.1:/manila-groups/{share_id}'

    def allow(self, share_id):
        self.service.allow(share_id, '127.0.0.1')
        self.service.deliver_all()

    def row(self):
        return self.service.read(services.get, HOST, services.BACKEND)

    def is_up(self):
        return self.service.is_up(HOST)

    def test_away_for_a_while(self):
        kept, gone = self.make_share(), self.make_share()
        self.allow(gone)
        self.assertTrue(self.server.mountable(self.location(gone)))
        self.server.stop(signal.SIGKILL)

        self.service.shares.delete(self.service.caller, gone, None)
        self.allow(kept)
        self.service.pass_time(61)
        self.service.reconcile()
        self.assertEqual('deleting', self.service.share_status(gone))
        self.assertEqual({'127.0.0.1': 'applying'}, self.service.rules(kept))
        self.assertEqual([], self.service.user_messages())
        self.assertFalse(self.is_up())
        self.assertIn('NFS-Ganesha', self.row().down_reason)
        elsewhere = self.service.create_share()
        nowhere = self.service.create_share(availability_zone='nova')
        self.service.deliver_all()
        host = self.service.get_share(elsewhere).host
        self.assertEqual('host@beta#only', host)
        self.assertEqual('error', self.service.share_status(nowhere))

        self.server.start()
        self.service.beat()
        self.assertTrue(self.is_up())
        self.assertIsNone(self.row().down_reason)
        self.service.reconcile()
        self.assertIsNone(self.service.share_status(gone))
        self.assertFalse(self.server.mountable(self.location(gone)))
        self.assertEqual({'127.0.0.1': 'active'}, self.service.rules(kept))
        self.assertTrue(self.server.mountable(self.location(kept)))
        self.make_share()

    def test_stopped_and_not_ended(self):
        """It neither answers, nor is its place on the bus free."""
        share_id = self.make_share()
        self.server.pause()
        self.addCleanup(self.server.resume)
        self.service.beat()
        self.assertFalse(self.is_up())
        self.assertIn('no answer', self.row().down_reason)
        self.server.resume()
        self.service.beat()
        self.assertTrue(self.is_up())
        self.allow(share_id)
        self.assertTrue(self.server.mountable(self.location(share_id)))

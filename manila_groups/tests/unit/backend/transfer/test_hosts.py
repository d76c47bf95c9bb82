# SPDX-License-Identifier: Apache-2.0
"""Back ends on two hosts."""

import os

from manila_groups import exception
from manila_groups.backend.transfer import endpoints
from manila_groups.tests import hosts
from manila_groups.tests.unit.backend.transfer import case

_THERE, _HERE = 0, 1


class TestHosts(case.TransferCase):
    def setUp(self):
        super().setUp()
        self.hosts = self.useFixture(hosts.Hosts(self))
        self.authority = self.an_authority()
        conf = self.secured_on(_THERE)
        with self.hosts.on(_THERE):
            self.endpoint = case.far_away(self.listen(conf).endpoint)

    def secured_on(self, number, **options):
        address = hosts.ADDRESSES[number]
        return self.secured(
            self.authority, address, address=address, **options
        )

    def test_a_stream_arrives(self):
        content = os.urandom(5_000_000)
        with self.hosts.on(_HERE):
            self.deliver(self.secured_on(_HERE), self.endpoint, content)
        self.assertEqual([content], self.receiver.streams)

    def test_elsewhere_nobody_answers(self):
        message = self.fails(
            exception.TransientDriverError,
            self.secured_on(_HERE),
            endpoints.Endpoint(
                'another machine', '/', '127.0.0.1', self.endpoint.port
            ),
            b'content',
        )
        self.assertIn('cannot be reached', message)

    def test_the_cable_is_cut(self):
        conf = self.secured_on(_HERE, stall_timeout=1)

        def write(sink):
            sink.write(b'x' * 1_000_000)
            sink.flush()
            self.hosts.unplug()
            # More than the kernel keeps for later.
            for _number in range(1000):
                sink.write(b'x' * 1_000_000)

        with self.hosts.on(_HERE):
            message = self.fails(
                exception.TransientDriverError, conf, self.endpoint, write
            )
        self.assertIn('for 1 seconds', message)

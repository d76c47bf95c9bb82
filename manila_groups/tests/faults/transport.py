# SPDX-License-Identifier: Apache-2.0
"""RabbitMQ as a transport that loses some messages and doubles others."""

from oslo_messaging._drivers import impl_rabbit

from manila_groups.tests.faults import chances

LOST, DOUBLED = 'message lost', 'message doubled'

#: How often each happens.
CHANCES = {LOST: 0.1, DOUBLED: 0.1}


class FaultyRabbit(impl_rabbit.RabbitDriver):
    """The driver of oslo.messaging for URLs of ``faulty://``."""

    def __init__(self, conf, url, **options):
        self._chances = chances.Chances()
        url.transport = 'rabbit'
        super().__init__(conf, url, **options)

    def send(self, target, ctxt, message, **options):
        """Send a message once, twice or not at all."""
        fault = self._chances.draw(CHANCES)
        if fault == LOST:
            return
        if fault == DOUBLED:
            super().send(target, ctxt, dict(message), **options)
        super().send(target, ctxt, message, **options)

# SPDX-License-Identifier: Apache-2.0
"""Checks that the message broker accepts messages."""

from concurrent import futures
import threading

from oslo_log import log
import oslo_messaging
from oslo_middleware.healthcheck import pluginbase

from manila_groups.api import collaborators

LOG = log.getLogger(__name__)

#: The maximum time for the broker, in seconds.
TIMEOUT = 4

_TOPIC = 'manila-groups-healthcheck'


class MessagingCheck(pluginbase.HealthcheckBaseExtension):
    """Sends a broadcast message to which nobody listens."""

    def __init__(self, oslo_conf, conf):
        super().__init__(oslo_conf, conf)
        self._client = oslo_messaging.get_rpc_client(
            conf[collaborators.KEY].transport,
            oslo_messaging.Target(topic=_TOPIC, fanout=True),
        ).prepare(retry=1)
        self._lock = threading.Lock()
        self._attempt = None

    def healthcheck(self, server_port):
        """Wait a limited time until a message is sent."""
        try:
            self._join_attempt().result(TIMEOUT)
        except Exception as error:
            details = str(error) or f'No answer within {TIMEOUT} seconds.'
            LOG.warning('Health check: the message broker: %s', details)
            return pluginbase.HealthcheckResult(
                available=False,
                reason='The message broker does not answer.',
                details=details,
            )
        return pluginbase.HealthcheckResult(available=True, reason='OK')

    def _join_attempt(self):
        """Start to send in a thread, unless an earlier attempt still waits.

        The library can wait much longer than a health check may.
        """
        with self._lock:
            if self._attempt is None or self._attempt.done():
                self._attempt = futures.Future()
                threading.Thread(
                    target=self._send, args=(self._attempt,), daemon=True
                ).start()
            return self._attempt

    def _send(self, attempt):
        try:
            self._client.cast({}, 'ping')
        except Exception as error:
            attempt.set_exception(error)
        else:
            attempt.set_result(None)

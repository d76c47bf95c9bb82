# SPDX-License-Identifier: Apache-2.0
"""Messages between the processes, over oslo.messaging.

A message is a hint that work is waiting, and the database knows what work:
so a message carries an id, is sent without an answer, and may be lost.
"""

from oslo_log import log
import oslo_messaging

from manila_groups import context

LOG = log.getLogger(__name__)

SCHEDULER_TOPIC = 'manila-groups-scheduler'
BACKEND_TOPIC = 'manila-groups-backend'


class _ContextSerializer(oslo_messaging.NoOpSerializer):
    """Sends the caller's context along with a message."""

    def serialize_context(self, ctxt):
        return ctxt.to_dict()

    def deserialize_context(self, ctxt):
        return context.RequestContext.from_dict(ctxt)


def transport(conf) -> oslo_messaging.Transport:
    """Connect to what transport_url names; made once in a process."""
    return oslo_messaging.get_rpc_transport(conf)


def server(transport, topic: str, host: str, endpoint):
    """Make a server that calls an endpoint's methods in threads.

    :param host: the server's own name within the topic
    """
    return oslo_messaging.get_rpc_server(
        transport,
        oslo_messaging.Target(topic=topic, server=host),
        [endpoint],
        serializer=_ContextSerializer(),
        access_policy=oslo_messaging.ExplicitRPCAccessPolicy,
    )


class Client:
    """Sends messages of one topic.

    :param version: of the RPC API that the messages belong to
    """

    def __init__(self, transport, topic: str, version: str):
        self._client = oslo_messaging.get_rpc_client(
            transport,
            oslo_messaging.Target(topic=topic, version=version),
            serializer=_ContextSerializer(),
        )

    def hint(self, ctxt, method: str, server: str | None = None, **kwargs):
        """Send a message; when that fails, the reconciler will find the work.

        :param server: one server of the topic; None for any
        """
        try:
            self._client.prepare(server=server, retry=1).cast(
                ctxt, method, **kwargs
            )
        except Exception as error:
            # The work is in the database, whatever became of the message.
            LOG.warning(
                'The message %(method)s %(kwargs)s was not sent, the work '
                'waits for the next search for unfinished work: %(error)s',
                {'method': method, 'kwargs': kwargs, 'error': error},
            )

# SPDX-License-Identifier: Apache-2.0
"""Messages between the processes, over oslo.messaging.

A message is a hint that work is waiting, and the database knows what work:
so a message carries an id, is sent without an answer, and may be lost.
"""

from oslo_log import log
import oslo_messaging

from manila_groups import context
from manila_groups import exception
from manila_groups import sender

LOG = log.getLogger(__name__)

SCHEDULER_TOPIC = 'manila-groups-scheduler'
BACKEND_TOPIC = 'manila-groups-backend'


class ContextSerializer(oslo_messaging.NoOpSerializer):
    """Sends the caller's context along with a message."""

    def serialize_context(self, ctxt):
        """Make it plain data, without secrets."""
        return ctxt.to_dict()

    def deserialize_context(self, ctxt):
        """Make it a context again: that of the thread, too, for its log."""
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
        serializer=ContextSerializer(),
        access_policy=oslo_messaging.ExplicitRPCAccessPolicy,
    )


class Client:
    """Sends messages of one topic.

    :param version: of the RPC API that the messages belong to
    :param role: who takes them: an option of [upgrade_levels]
    :raises ConfigurationError: the option names a version that this release
        does not speak
    """

    def __init__(self, transport, topic: str, version: str, role: str):
        self._role = role
        self._client = oslo_messaging.get_rpc_client(
            transport,
            oslo_messaging.Target(topic=topic, version=version),
            version_cap=_level(transport.conf, role, version),
            serializer=ContextSerializer(),
        )
        self._sender = sender.Sender()

    def hint(
        self,
        ctxt,
        method: str,
        since: str,
        server: str | None = None,
        **kwargs,
    ) -> None:
        """Send a message soon; if it is lost, the work is found later.

        :param since: the version of the RPC API that brought the message, as
            it is now; below it, nothing is sent
        :param server: one server of the topic; None for any
        """
        client = self._client.prepare(version=since, server=server)
        if client.can_send_version():
            self._sender.put(_cast, client, ctxt, method, kwargs)
        else:
            LOG.info(
                'The message %(method)s %(kwargs)s is newer than [upgrade_'
                'levels] %(role)s: the work waits for the next search for '
                'unfinished work',
                {'method': method, 'kwargs': kwargs, 'role': self._role},
            )

    def check_broker(self, patience: float) -> None:
        """Refuse work of which nobody could be told for now.

        :param patience: seconds for which a message may wait; 0 is any time
        :raises ServiceUnavailable: one waits longer
        """
        if patience and self._sender.waits() > patience:
            raise exception.ServiceUnavailable(
                'The message broker does not answer.'
            )


def _cast(client, ctxt, method, kwargs):
    # What oslo.messaging logs belongs to the request.
    ctxt.update_store()
    client.cast(ctxt, method, **kwargs)


def _level(conf, role, newest):
    """The version that the messages to a role are held down to."""
    level = conf.upgrade_levels[role]
    if not level:
        return newest
    wanted, known = (
        tuple(map(int, version.split('.'))) for version in (level, newest)
    )
    if wanted[0] != known[0] or wanted > known:
        raise exception.ConfigurationError(
            f'[upgrade_levels] {role}: {level} is not a version that this '
            f'release speaks: those are {known[0]}.0 to {newest}.'
        )
    return level

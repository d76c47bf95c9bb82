# SPDX-License-Identifier: Apache-2.0
"""Messages between the processes, over oslo.messaging.

A message is a wake-up: it says "look at your queue", and the database says
what is in it.  It has no answer, and may be lost.
"""

from oslo_context import context as oslo_context
from oslo_log import log
import oslo_messaging

from manila_groups import context
from manila_groups import exception
from manila_groups import sender
from manila_groups.rpc import wake as wakes

LOG = log.getLogger(__name__)

SCHEDULER_TOPIC = 'manila-groups-scheduler'
BACKEND_TOPIC = 'manila-groups-backend'


class ContextSerializer(oslo_messaging.NoOpSerializer):
    """Sends the caller's context along with a message."""

    def serialize_context(self, ctxt):
        """Make plain data of a context, without secrets."""
        return ctxt.to_dict()

    def deserialize_context(self, ctxt):
        """Make a context of plain data, also for the log of this thread."""
        return context.RequestContext.from_dict(ctxt)


def transport(conf) -> oslo_messaging.Transport:
    """Make the process's one connection to transport_url."""
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

    :param version: the version of the RPC API
    :param role: who receives the messages: an option of [upgrade_levels]
    :raises ConfigurationError: the option is not a version that this release
        supports
    """

    def __init__(self, transport, topic: str, version: str, role: str):
        self._client = oslo_messaging.get_rpc_client(
            transport,
            oslo_messaging.Target(topic=topic, version=version),
            version_cap=_level(transport.conf, role, version),
            serializer=ContextSerializer(),
        )
        self._sender = sender.Sender()

    def can_send(self, version: str) -> bool:
        """Tell whether [upgrade_levels] lets messages of a version leave."""
        return self._client.prepare(version=version).can_send_version()

    def send(
        self,
        method: str,
        since: str,
        server: str | None = None,
        **kwargs,
    ) -> None:
        """Send a message soon; if it is lost, reconciliation does its work.

        While the same message waits to be sent, it is not sent again.

        :param since: the version of the RPC API that introduced the message
        :param server: one server of the topic; None for any
        """
        client = self._client.prepare(version=since, server=server)
        ctxt = _context(with_caller=since == '1.0')
        key = method, server, *sorted(kwargs.items())
        self._sender.put(_cast, client, ctxt, method, kwargs, key=key)

    def check_broker(self, patience: float) -> None:
        """Check that messages leave.

        :param patience: seconds for which a message may wait; 0 for any time
        :raises ServiceUnavailable: a message waits longer
        """
        if patience and self._sender.waits() > patience:
            raise exception.ServiceUnavailable(
                'The message broker does not answer.'
            )


class API:
    """Sends wake-ups of one topic.

    :param version: the version of the RPC API
    :param role: who receives them: an option of [upgrade_levels]
    :param before: the message in their place that the release before knows
    :raises ConfigurationError: see Client
    """

    def __init__(
        self, transport, topic: str, version: str, role: str, before: str
    ):
        self._client = Client(transport, topic, version, role)
        self._before = before

    def _wake(self, wake: wakes.Wake, server: str | None = None) -> None:
        """Let somebody look at their queue.

        What the release before understands is sent as long as
        [upgrade_levels] says so.

        :param server: one server of the topic; None for any
        """
        if self._client.can_send('1.1'):
            self._client.send('wake', '1.1', server=server)
            return
        self._client.send(
            self._before,
            '1.0',
            server=server,
            kind=wake.kind,
            row_id=wake.resource_id,
        )

    def check_broker(self, patience: float) -> None:
        """Check that messages leave.

        :param patience: seconds for which a message may wait; 0 for any time
        :raises ServiceUnavailable: a message waits longer
        """
        self._client.check_broker(patience)


def _context(with_caller: bool) -> context.RequestContext:
    """Make the context of a message: it names the request.

    :param with_caller: and who made it, as the release before writes it into
        the audit log
    """
    current = oslo_context.get_current()
    made = context.RequestContext(
        request_id=current.request_id if current else None, overwrite=False
    )
    if current and with_caller:
        made.user_id, made.project_id = current.user_id, current.project_id
    return made


def _cast(client, ctxt, method, kwargs):
    # So that log lines of oslo.messaging name the request.
    ctxt.update_store()
    client.cast(ctxt, method, **kwargs)


def _level(conf, role, newest):
    """Return the version that [upgrade_levels] pins a role's messages to."""
    level = conf.upgrade_levels[role]
    if not level:
        return newest
    wanted, known = (
        tuple(map(int, version.split('.'))) for version in (level, newest)
    )
    if wanted[0] != known[0] or wanted > known:
        raise exception.ConfigurationError(
            f'[upgrade_levels] {role}: {level} is not a version that this '
            f'release supports. It supports {known[0]}.0 to {newest}.'
        )
    return level

# SPDX-License-Identifier: Apache-2.0
"""Sends events to other services, through oslo.messaging's notifier."""

import oslo_messaging
from stevedore import extension

from manila_groups import exception
from manila_groups import sender
from manila_groups.domain.events import base as events
from manila_groups.rpc import base as rpc

_DRIVERS = 'oslo.messaging.notify.drivers'


class Notifier:
    """Sends the events of one part of a process as notifications.

    Does nothing unless [oslo_messaging_notifications] driver is set.

    :param role: the part: api, scheduler or backend
    :param host: the name of the part
    :raises ConfigurationError: there is no such driver
    """

    def __init__(self, conf, role: str, host: str):
        self._notifier = None
        if conf.oslo_messaging_notifications.driver:
            _check(conf.oslo_messaging_notifications.driver)
            self._sender = sender.Sender()
            self._notifier = _notifier(conf, f'{role}.{host}')

    def __call__(self, event) -> None:
        """Send an event soon, in another thread."""
        if self._notifier is not None and isinstance(event, events.Event):
            self._sender.put(self._send, self._notifier, event)

    def _send(self, notifier, event):
        # What oslo.messaging logs belongs to the request.
        event.caller.update_store()
        send = notifier.error if event.is_error else notifier.info
        send(event.caller, event.type, event.payload())


def _notifier(conf, publisher_id):
    made = oslo_messaging.Notifier(
        oslo_messaging.get_notification_transport(conf),
        publisher_id=publisher_id,
        serializer=rpc.ContextSerializer(),
    )
    if conf.oslo_messaging_notifications.retry < 0:
        # For a new connection, -1 means no retry at all to the library.
        made = made.prepare(retry=None)
    return made


def _check(names):
    known = extension.ExtensionManager(_DRIVERS).names()
    for name in names:
        if name not in known:
            raise exception.ConfigurationError(
                f'[oslo_messaging_notifications] driver: {name} is not one of '
                f'{", ".join(sorted(known))}.'
            )

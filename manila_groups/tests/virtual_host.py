# SPDX-License-Identifier: Apache-2.0
"""The part of RabbitMQ that the service gets, and figures of it."""

import json
import os
import shutil
import subprocess
import urllib.parse
import uuid

import fixtures

from manila_groups.tests import servers


def _control(*arguments):
    return subprocess.run(
        ['rabbitmqctl', '--quiet', *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


class Broker(fixtures.Fixture):
    """A virtual host where this process may make one, or an exchange.

    :ivar url: as oslo.messaging wants it
    :ivar exchange: for the option control_exchange
    """

    def __init__(self):
        parts = urllib.parse.urlsplit(servers.RABBIT)
        self.exchange = f'manila-groups-{uuid.uuid4().hex}'
        self._host = None
        self._user = parts.username or 'guest'
        self._parts = parts._replace(scheme='rabbit')

    def _setUp(self):
        if os.geteuid() == 0 and shutil.which('rabbitmqctl'):
            self._host = self.exchange
            _control('add_vhost', self._host)
            self.addCleanup(_control, 'delete_vhost', self._host)
            everything = ('.*', '.*', '.*')
            _control(
                'set_permissions', '-p', self._host, self._user, *everything
            )
            self._parts = self._parts._replace(path=f'/{self._host}')
        self.url = self._parts.geturl()

    @property
    def is_watched(self) -> bool:
        """Whether there are figures of it."""
        return self._host is not None

    def queues(self) -> dict[str, int]:
        """How many messages wait in each queue, as far as one knows."""
        if not self.is_watched:
            return {}
        found = self._list('list_queues', '-p', self._host, 'name', 'messages')
        return {one['name']: one['messages'] for one in found}

    def figures(self) -> dict[str, int]:
        """How many connections, channels and queues there are."""
        if not self.is_watched:
            return {}
        counted = {'RabbitMQ queues': len(self.queues())}
        for what in ('connections', 'channels'):
            found = self._list(f'list_{what}', 'vhost')
            counted[f'RabbitMQ {what}'] = sum(
                one['vhost'] == self._host for one in found
            )
        return counted

    def _list(self, *arguments):
        return json.loads(_control('--formatter', 'json', *arguments))

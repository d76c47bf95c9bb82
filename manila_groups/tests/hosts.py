# SPDX-License-Identifier: Apache-2.0
"""Two hosts on one machine: network namespaces with a cable between them."""

from collections.abc import Iterator
import contextlib
import ctypes
import os
import subprocess
import uuid

import fixtures

from manila_groups.tests import servers

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_NETWORK = 0x40000000

ADDRESSES = ('192.0.2.1', '192.0.2.2')


class Hosts(fixtures.Fixture):
    """Two hosts, with the addresses of ADDRESSES.

    :param test: skipped where there can be none
    """

    def __init__(self, test):
        super().__init__()
        self._test = test
        name = uuid.uuid4().hex[:8]
        self._names = [f'mg-{name}-{number}' for number in (1, 2)]

    def _setUp(self):
        self._program = servers.need_program(self._test, 'ip')
        try:
            self._make()
        except subprocess.CalledProcessError as error:
            servers.not_there(self._test, 'network namespaces', error.stderr)

    def _ip(self, *arguments: str) -> None:
        subprocess.run(
            [self._program, *arguments],
            check=True,
            capture_output=True,
            text=True,
        )

    def _make(self):
        for name in self._names:
            self._ip('netns', 'add', name)
            self.addCleanup(self._ip, 'netns', 'del', name)
        first, second = self._names
        self._ip(
            *('link', 'add', 'cable', 'netns', first, 'type', 'veth'),
            *('peer', 'name', 'cable', 'netns', second),
        )
        for name, address in zip(self._names, ADDRESSES, strict=True):
            self._ip(
                '-n', name, 'addr', 'add', f'{address}/24', 'dev', 'cable'
            )
            self._ip('-n', name, 'link', 'set', 'cable', 'up')
            self._ip('-n', name, 'link', 'set', 'lo', 'up')

    @contextlib.contextmanager
    def on(self, number: int) -> Iterator[None]:
        """Let the sockets of this thread be made on one of the hosts."""
        with open('/proc/thread-self/ns/net') as before:
            with open(f'/run/netns/{self._names[number]}') as host:
                _enter(host)
            try:
                yield
            finally:
                _enter(before)

    def unplug(self) -> None:
        """Cut the cable: nothing arrives any more, and nobody is told."""
        self._ip('-n', self._names[0], 'link', 'set', 'cable', 'down')


def _enter(namespace) -> None:
    if _LIBC.setns(namespace.fileno(), _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

# SPDX-License-Identifier: Apache-2.0
"""The service's programs as processes, and a client that asks them."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import fixtures

#: Seconds within which anything that is waited for has to happen.
PATIENCE = 60

_ROOT = pathlib.Path(__file__).parents[3]
_RUN = (
    'import sys; from manila_groups.cmd import {module} as command; '
    'sys.argv[0] = "manila-groups-{module}"; sys.exit(command.main())'
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


def wait_for(what, patience: float = PATIENCE):
    """Ask until the answer is true; returns it."""
    deadline = time.monotonic() + patience
    while True:
        answer = what()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


def _take_all_signals():
    """Forget what the tests themselves were started with, such as nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Program(fixtures.Fixture):
    """One of the programs, running.

    :param module: its module in manila_groups.cmd
    :param arguments: of its command line
    :param environment: variables that it has besides
    :param root: where its code is; None is where this file's is
    """

    def __init__(self, module, *arguments, environment=None, root=None):
        self._environment = environment or {}
        self._root = root
        self._command = [
            sys.executable,
            '-c',
            _RUN.format(module=module),
            *map(str, arguments),
        ]

    def _setUp(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self._out, self._err = directory / 'out', directory / 'err'
        with self._out.open('w') as out, self._err.open('w') as err:
            self.process = subprocess.Popen(
                self._command,
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                preexec_fn=_take_all_signals,
                # Python looks there first.
                cwd=self._root,
                env={
                    **os.environ,
                    **self._environment,
                    'PYTHONPATH': str(self._root or _ROOT),
                },
            )
        self.addCleanup(self.end, signal.SIGKILL)

    def end(self, number=signal.SIGTERM) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def printed(self) -> str:
        return self._out.read_text()

    def complained(self) -> str:
        return self._err.read_text()

    def wait_for_text(self, pattern: str):
        """Wait until it has printed something; returns the match."""

        def look():
            found = re.search(pattern, self.printed())
            return found or self.process.poll() is not None

        wait_for(look)
        return re.search(pattern, self.printed())


class Client:
    """Asks the API, by itself as an administrator.

    :param url: of the API, with its version
    :param version: the microversion
    :param headers: more headers, such as those that say who asks
    """

    def __init__(self, url: str, version: str = '2.60', headers=None):
        self._url = url
        self._headers = {
            'X-OpenStack-Manila-API-Version': version,
            'Content-Type': 'application/json',
            **(headers or {}),
        }

    def _open(self, method, path, body):
        request = urllib.request.Request(
            f'{self._url}{path}',
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=self._headers,
        )
        return urllib.request.urlopen(request, timeout=PATIENCE)

    def ask(self, method, path, body=None):
        with self._open(method, path, body) as response:
            text = response.read()
        return json.loads(text) if text else None

    def try_to(self, method, path, body=None) -> int:
        """Ask for what may be refused; returns the status."""
        try:
            with self._open(method, path, body) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def answers(self) -> bool:
        try:
            return bool(self.ask('GET', '/share-groups'))
        except OSError:
            return False

    def create(self, **values):
        group = self.ask('POST', '/share-groups', {'share_group': values})
        return group['share_group']['id']

    def status(self, group_id):
        """The status of a group; None when there is no such group."""
        try:
            found = self.ask('GET', f'/share-groups/{group_id}')
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return found['share_group']['status']

    def becomes(self, group_id, status) -> bool:
        """Wait until a group has a status, or is gone for None."""
        return wait_for(lambda: self.status(group_id) == status)

# SPDX-License-Identifier: Apache-2.0
"""Servers of repositories, on a file system of their own in memory.

Each has, like a Server: url, options and credentials for [backup]; start()
and kill(), which may be called again and again; packs().
"""

import os
import pathlib
import signal
import socket
import subprocess

import fixtures

from manila_groups.tests import servers
from manila_groups.tests.functional import processes

_SFTP_SERVER = pathlib.Path('/usr/lib/openssh/sftp-server')

#: Counts the processes, and refuses when it has to.
_SFTP = """#!/bin/sh
[ -e {off} ] && exit 1
echo $$ >> {pids}
exec {server}
"""


class Store(fixtures.Fixture):
    """Where the files of repositories are, as large as somebody says.

    :ivar path: the directory
    """

    def _setUp(self):
        temp = self.useFixture(fixtures.TempDir())
        self.path = pathlib.Path(temp.path)
        self._mount('size=2G', '-t', 'tmpfs', 'tmpfs')
        self.addCleanup(subprocess.run, ['umount', '-l', str(self.path)])

    def _mount(self, options, *arguments):
        command = ['mount', '-o', options, *arguments, str(self.path)]
        subprocess.run(command, check=True, capture_output=True)

    def resize(self, free: int) -> None:
        """Let so many bytes be free."""
        figures = os.statvfs(self.path)
        used = (figures.f_blocks - figures.f_bfree) * figures.f_frsize
        self._mount(f'remount,size={used + free}')


def use_store(test) -> Store:
    """Make a store for a test; skip the test where that can't be done."""
    try:
        return test.useFixture(Store())
    except (fixtures.MultipleExceptions, OSError) as error:
        return servers.not_there(test, 'a tmpfs', f'it takes root: {error}')


def answers(port: int) -> bool:
    """Ask whether a server of this machine takes connections."""
    try:
        socket.create_connection(('127.0.0.1', port), 1).close()
    except OSError:
        return False
    return True


class Server:
    """None: the repositories are in a directory.

    :param test: a test case
    :param path: a directory of the test, for all else
    :param store: the directory of the repositories
    """

    options: tuple[str, ...] = ()
    credentials = ''
    #: Whether it can be away while the files are there.
    is_apart = False

    def __init__(self, test, path, store):
        self._test, self._path, self._store = test, path, store

    @property
    def url(self):
        return str(self._store)

    def start(self):
        """Start it, and wait until it answers."""

    def kill(self):
        """Kill it at once."""

    def packs(self) -> set[pathlib.Path]:
        """Find the files with what is backed up."""
        found = self._store.glob('**/data/*/*')
        return {one for one in found if one.is_file()}


class Sftp(Server):
    """OpenSSH's server of SFTP, without a network."""

    is_apart = True

    def __init__(self, test, path, store):
        super().__init__(test, path, store)
        if not _SFTP_SERVER.exists():
            servers.not_there(test, str(_SFTP_SERVER), 'no such file')
        self._off, self._pids = path / 'off', path / 'pids'
        self._program = path / 'sftp'
        self._program.write_text(
            _SFTP.format(off=self._off, pids=self._pids, server=_SFTP_SERVER)
        )
        self._program.chmod(0o755)

    @property
    def url(self):
        return f'sftp:nowhere:{self._store}'

    @property
    def options(self):
        return (f'sftp.command={self._program}',)

    def start(self):
        self._off.unlink(missing_ok=True)

    def kill(self):
        self._off.touch()
        for number in self._pids.read_text().split():
            try:
                os.kill(int(number), signal.SIGKILL)
            except ProcessLookupError:
                continue


class _Rclone(Server):
    """A server that is rclone."""

    is_apart = True
    protocol = ''
    arguments: tuple[str, ...] = ()

    def __init__(self, test, path, store):
        super().__init__(test, path, store)
        self._program = servers.need_program(test, 'rclone')
        self._port = processes.free_port()
        self._process = None
        test.addCleanup(self.kill)

    @property
    def _address(self):
        return f'127.0.0.1:{self._port}'

    def start(self):
        command = [self._program, 'serve', self.protocol]
        with (self._path / 'rclone.log').open('a') as log:
            self._process = subprocess.Popen(
                [
                    *(*command, '--addr', self._address, *self.arguments),
                    str(self._store),
                ],
                stdout=log,
                stderr=log,
                env={**os.environ, 'RCLONE_CONFIG': os.devnull},
            )
        self._test.assertTrue(processes.wait_for(lambda: answers(self._port)))

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Rest(_Rclone):
    """A server of restic's own protocol."""

    protocol = 'restic'

    @property
    def url(self):
        return f'rest:http://{self._address}'


class S3(_Rclone):
    """A server that speaks S3."""

    protocol = 's3'
    arguments = ('--auth-key', 'the-key,the-secret-of-it')
    credentials = (
        'AWS_ACCESS_KEY_ID=the-key\nAWS_SECRET_ACCESS_KEY=the-secret-of-it\n'
    )

    def start(self):
        """Start it, with a bucket."""
        (self._store / 'bucket').mkdir(exist_ok=True)
        super().start()

    @property
    def url(self):
        return f's3:http://{self._address}/bucket'

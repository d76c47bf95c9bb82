# SPDX-License-Identifier: Apache-2.0
"""OpenStack Swift as the server of repositories: its four servers."""

import functools
import os
import pathlib
import shutil
import subprocess

from manila_groups.tests.functional import processes
from manila_groups.tests.long import repository_servers

#: Those that keep files, each with a ring of its own; then what is asked.
_KEEPERS = ('account', 'container', 'object')
_PROXY = 'proxy'

_SECRETS = """\
[swift-hash]
swift_hash_path_prefix = test
swift_hash_path_suffix = test
[storage-policy:0]
name = only
default = yes
"""
_COMMON = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
devices = {store}
fallocate_reserve = 0
mount_check = false
swift_dir = {directory}
user = root
workers = 0
"""
_KEEPER = """\
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
# A server that was full or killed is asked again at once.
_ASKED = """\
[pipeline:main]
pipeline = catch_errors cache tempauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
error_suppression_interval = 0
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = {cache}
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = the-secret-of-it .admin
"""


class Swift(repository_servers.Server):
    """Swift with one device, and accounts of its own (tempauth).

    It is no requirement of any test: let swift-proxy-server and memcached be
    in the path.
    """

    is_apart = True

    def __init__(self, test, path, store):
        super().__init__(test, path, store)
        self._directory = path / 'swift'
        self._directory.mkdir()
        self._programs = {
            name: self._need(f'swift-{name}-server')
            for name in (*_KEEPERS, _PROXY)
        }
        self._ring_builder = self._need('swift-ring-builder')
        self._memcached = self._need('memcached')
        self._try_attributes()
        self._ports = {
            name: processes.free_port() for name in (*self._programs, 'cache')
        }
        self._processes = []
        test.addCleanup(self.kill)
        self._configure()

    def _need(self, name):
        found = shutil.which(name)
        return found or self._test.skipTest(f'{name} is not in the path')

    def _try_attributes(self):
        file = self._store / 'attributes'
        file.touch()
        try:
            os.setxattr(file, 'user.some', b'value')
        except OSError as error:
            self._test.skipTest(f'no attributes on a tmpfs: {error}')
        file.unlink()

    def _configure(self):
        (self._directory / 'swift.conf').write_text(_SECRETS)
        (self._store / 'device').mkdir()
        for name in _KEEPERS:
            self._make_ring(name)
            self._write(name, _KEEPER.format(name=name))
        cache = f'127.0.0.1:{self._ports["cache"]}'
        self._write(_PROXY, _ASKED.format(cache=cache))

    def _make_ring(self, name):
        device = f'r1z1-127.0.0.1:{self._ports[name]}/device'
        for command in (
            ('create', 4, 1, 1),
            ('add', device, 1),
            ('rebalance',),
        ):
            subprocess.run(
                [self._ring_builder, f'{name}.builder', *map(str, command)],
                cwd=self._directory,
                check=True,
                capture_output=True,
            )

    def _write(self, name, text):
        common = _COMMON.format(
            port=self._ports[name],
            store=self._store,
            directory=self._directory,
        )
        self._file(name).write_text(common + text)

    def _file(self, name):
        return self._directory / f'{name}.conf'

    def start(self):
        port = str(self._ports['cache'])
        self._run(self._memcached, '-l', '127.0.0.1', '-p', port, '-u', 'root')
        for name, program in self._programs.items():
            self._run(program, str(self._file(name)))
        for port in self._ports.values():
            self._test.assertTrue(
                processes.wait_for(
                    functools.partial(repository_servers.answers, port)
                ),
                (self._directory / 'log').read_text(),
            )

    def _run(self, *command):
        with (self._directory / 'log').open('a') as log:
            self._processes.append(
                subprocess.Popen(
                    command,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, 'SWIFT_DIR': str(self._directory)},
                )
            )

    def kill(self):
        while self._processes:
            process = self._processes.pop()
            process.kill()
            process.wait()

    @property
    def url(self):
        return 'swift:backups:'

    @property
    def credentials(self):
        url = f'http://127.0.0.1:{self._ports[_PROXY]}/auth/v1.0'
        return f'ST_AUTH={url}\nST_USER=test:tester\nST_KEY=the-secret-of-it\n'

    def packs(self) -> set[pathlib.Path]:
        """Find the objects whose names are those of packs."""
        return {
            one
            for one in self._store.glob('device/objects/**/*.data')
            if b'/data/' in os.getxattr(one, 'user.swift.metadata')
        }

# SPDX-License-Identifier: Apache-2.0
"""The service that is fuzzed: manila-groups-standalone, with passwords."""

import pathlib
import re
import shutil

import fixtures
import yaml

from manila_groups.api import microversions
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import users

USER = 'admin'
PASSWORD = 'secret'

_CONFIGURATION = """\
[DEFAULT]
host = fuzz
enabled_backends = alpha,beta
default_share_type = default
default_share_group_type = default
[api]
auth_strategy = http_basic
[http_basic]
htpasswd_file = {htpasswd}
users_file = {users}
[quota]
shares = 2000
gigabytes = -1
snapshots = 2000
snapshot_gigabytes = -1
share_groups = 1000
share_group_snapshots = 1000
share_networks = 1000
share_group_backups = 1000
backups = 2000
backup_gigabytes = -1
[alpha]
driver = fake
fake_pools = [{{"name": "one"}}]
[beta]
driver = fake
fake_pools = [{{"name": "two"}}]
fake_group_capabilities = {{"consistent_snapshot_support": "pool"}}
"""

#: Where the program is that keeps backups.
_BACKUPS = """\
[backup]
repository = {directory}/backups
secret_file = {secret}
cache_directory = {directory}/cache
"""

#: The log of an import whose record leads to no backup; all its lines begin
#: alike.
_EXPECTED = re.compile(
    r'(\S+ \S+ \d+ ERROR) .* The import of the share group backup '
)
_WRONG = re.compile(r' (ERROR|CRITICAL) |Traceback')


class Service(fixtures.Fixture):
    """The program, with two simulated back ends and an administrator.

    :ivar url: of the API, without its version
    :ivar client: asks it as the administrator
    """

    def _setUp(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self._state = directory / 'state'
        address = f'127.0.0.1:{processes.free_port()}'
        self.url = f'http://{address}'
        program = self.useFixture(
            processes.Program(
                'standalone',
                '--state-dir',
                self._state,
                '--bind',
                address,
                '--config-file',
                _configure(directory),
            )
        )
        if not program.wait_for_text('serves at'):
            raise RuntimeError(program.complained())
        self.client = processes.Client(
            f'{self.url}/v2',
            headers={
                **users.header(USER, PASSWORD),
                **microversions.ask(microversions.NEWEST),
            },
        )

    def complaints(self) -> list[str]:
        """The lines of its log that tell of errors."""
        log = self._state / 'manila-groups.log'
        lines = log.read_text(errors='replace').splitlines()
        expected = tuple(
            found[1] for line in lines if (found := _EXPECTED.match(line))
        )
        return [
            line
            for line in lines
            if _WRONG.search(line) and not line.startswith(expected)
        ]


def _configure(directory):
    files = {name: directory / name for name in ('htpasswd', 'users')}
    files['htpasswd'].write_text(users.entry(USER, PASSWORD))
    files['users'].write_text(yaml.safe_dump({USER: users.USERS[USER]}))
    file = directory / 'fuzz.conf'
    text = _CONFIGURATION.format(**files)
    if shutil.which('restic'):
        secret = directory / 'secret'
        secret.write_text('fuzz' * 10)
        secret.chmod(0o600)
        text += _BACKUPS.format(directory=directory, secret=secret)
    file.write_text(text)
    return file

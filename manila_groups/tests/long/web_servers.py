# SPDX-License-Identifier: Apache-2.0
"""Programs of others that serve the API, with this project's sample files."""

import concurrent.futures
import pathlib
import signal
import socket
import subprocess
import urllib.error
import urllib.parse

import fixtures

from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests import servers
from manila_groups.tests.functional import processes

ROOT = pathlib.Path(__file__).parents[3]
SAMPLES = ROOT / 'etc'
UWSGI = 'uwsgi/manila-groups-api.ini'
HERE = '127.0.0.1:{}'.format
SOCKET = '/run/manila-groups-api/api.sock'
OWNER = 'chown-socket = manila-groups:www-data\n'
FILES = 'OS_MANILA_GROUPS_CONFIG_FILES'

_CONFIGURATION = """\
[DEFAULT]
host = {host}
transport_url = {transport_url}
control_exchange = {control_exchange}
default_share_type = default
default_share_group_type = default
log_dir = {directory}
{default}
[api]
auth_strategy = noauth
noauth_on_any_address = true
[database]
connection = {connection}
"""


class Command(processes.Program):
    """A program, running until the test ends.

    :param command: with its arguments
    :param environment: what it has beside this process's
    """

    def __init__(self, command, **environment):
        self._environment, self._command = environment, command
        self._root = None

    def _setUp(self):
        super()._setUp()
        # Before it is killed, which would leave its children alone.
        self.addCleanup(self._stop)

    def _stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(processes.PATIENCE)
            except subprocess.TimeoutExpired:
                return

    def output(self):
        return self.printed() + self.complained()


def listens(port) -> bool:
    try:
        socket.create_connection(('127.0.0.1', port), 5).close()
    except OSError:
        return False
    return True


class WebServerTestCase(base.TestCase):
    """A scheduler and back ends at work, and a file that tells the API so.

    Nothing but a message lets them begin with what a request asks for.
    """

    server = servers.MYSQL

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        # For servers that run as another user.
        self.directory.chmod(0o777)
        self.port = processes.free_port()
        self.client = processes.Client(f'http://127.0.0.1:{self.port}/v2')
        self.file = self.directory / 'manila-groups.conf'

    def start_service(self, more=None):
        """Start all but the API.

        :param more: section to option to value
        """
        seconds = {'reconcile_interval': 3600, 'stuck_after': 3600}
        overrides = {
            'DEFAULT': {'transport_url': servers.need_rabbit(self)},
            'database': {
                'connection': servers.use_database(self, self.server)
            },
            'service': seconds,
        }
        self.service = self.useFixture(
            service_fixtures.ServiceFixture(
                service_fixtures.merged(overrides, more or {})
            )
        )
        self.write_configuration(self.service.conf)

    def write_configuration(self, conf, default=''):
        values = ('host', 'transport_url', 'control_exchange')
        self.file.write_text(
            _CONFIGURATION.format(
                directory=self.directory,
                default=default,
                connection=conf.database.connection,
                **{name: conf[name] for name in values},
            )
        )

    def write_sample(self, name, replaced, mode=0o644):
        """Write a sample file as this test needs it.

        :param replaced: text that the sample has to what stands there
        :returns: the file
        """
        text = (SAMPLES / name).read_text()
        for old, new in replaced.items():
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        file = self.directory / pathlib.Path(name).name
        file.write_text(text)
        file.chmod(mode)
        return file

    def start(self, *command):
        return self.useFixture(
            Command([str(one) for one in command], **{FILES: str(self.file)})
        )

    def start_uwsgi(self, replaced, *arguments):
        program = servers.need_program(self, 'uwsgi')
        file = self.write_sample(UWSGI, replaced)
        return self.start(program, '--ini', file, *arguments)

    def start_alone(self, *arguments):
        """Start uWSGI without a web server in front."""
        return self.start_uwsgi(
            {
                f'socket = {SOCKET}\n{OWNER}chmod-socket = 660\n': '',
                ';http-socket = 127.0.0.1:8786': f'http-socket = '
                f'{HERE(self.port)}',
                ';add-header': 'add-header',
            }
        )

    def check_serves(self, *programs):
        """Create and delete groups, as many clients at the same time."""
        answers = processes.wait_for(self.client.answers)
        told = [one.output()[-3000:] for one in programs]
        self.assertTrue(answers, [*told, *self.log()])
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = list(pool.map(self._live, range(16)))
        self.assertEqual([True] * 16, found, self.log())

    def check_log(self):
        """Look at the log of a program that has loaded the application."""
        # Whatever program loads the application, its log has one name.
        logs = {one.name for one in self.directory.glob('*.log')}
        self.assertIn('manila-groups-api.log', logs)
        self.assertNotIn('<', ''.join(logs))

    def check_keys(self, *more):
        """Remove metadata by keys with slashes, quoted and not.

        :param more: keys that not each server leaves as they are
        """
        keys = ('csi.io/name', 'schön/名', '100%25 /b', *more)
        share = {
            'size': 1,
            'share_proto': 'NFS',
            'metadata': dict.fromkeys((*keys, 'k8s.io/plain'), 'x'),
        }
        made = self.client.ask('POST', '/shares', {'share': share})
        path = f'/shares/{made["share"]["id"]}/metadata'
        self.client.ask('DELETE', f'{path}/k8s.io/plain')
        for key in keys:
            quoted = urllib.parse.quote(key, safe='')
            shown = self.client.ask('GET', f'{path}/{quoted}')
            self.assertEqual({'meta': {key: 'x'}}, shown)
            self.client.ask('DELETE', f'{path}/{quoted}')
        self.assertEqual({'metadata': {}}, self.client.ask('GET', path))

    def _live(self, number):
        group_id = self.client.create(name=f'group {number}')
        if not self.client.becomes(group_id, 'available'):
            return self.client.status(group_id)
        self.client.ask('DELETE', f'/share-groups/{group_id}')
        return self.client.becomes(group_id, None)

    def check_refuses(self):
        """Ask what the API answers with an error, and the error is JSON."""
        for path, body, status in (
            ('/nothing', None, 404),
            ('/share-groups/x%2Fy', None, 404),
            ('/share-groups', {'share_group': {'name': 'x' * 300}}, 400),
        ):
            error = self.assertRaises(
                urllib.error.HTTPError,
                self.client.ask,
                'POST' if body else 'GET',
                path,
                body,
            )
            self.assertEqual(status, error.code)
            self.assertIn('"message"', error.read().decode())

    def log(self):
        files = self.directory.glob('*.log')
        return [file.read_text()[-3000:] for file in files]

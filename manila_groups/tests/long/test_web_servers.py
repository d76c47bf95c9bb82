# SPDX-License-Identifier: Apache-2.0
"""The sample files for WSGI servers and proxies, with the real programs."""

import os
import pathlib
import re
import subprocess
import sys
import sysconfig
import threading
import urllib.request
from wsgiref import simple_server

import oslo_service

from manila_groups.cmd import http_server
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests import servers
from manila_groups.tests.functional import processes
from manila_groups.tests.long import web_servers

GUNICORN = 'gunicorn/manila-groups-api.conf.py'
APACHE_SITE = '/opt/manila-groups/share/manila-groups/apache2'

_NGINX = """\
daemon off;
pid {directory}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    client_body_temp_path {directory}/body;
    uwsgi_temp_path {directory}/uwsgi;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    scgi_temp_path {directory}/scgi;
    include {site};
}}
"""

_APACHE = """\
ServerName localhost
ServerRoot {directory}
PidFile {directory}/apache.pid
DefaultRuntimeDir {directory}
ErrorLog {directory}/apache.log
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
WSGISocketPrefix {directory}/wsgi
Include {site}
"""

_USER = 'User nobody\nGroup nogroup'


class UwsgiTest(web_servers.WebServerTestCase):
    def test_alone(self):
        self.start_service()
        uwsgi = self.start_alone()
        self.check_serves(uwsgi)
        self.check_log()
        self.check_refuses()
        self.check_keys('a//b', '/c', 'd/')
        with urllib.request.urlopen(
            f'http://{web_servers.HERE(self.port)}/v2'
        ) as response:
            request_id = response.headers['X-OpenStack-Request-ID']
        wanted = re.compile(rf'"GET /v2" 200 .*{request_id}')
        self.assertTrue(
            processes.wait_for(lambda: wanted.search(uwsgi.output())),
            uwsgi.output(),
        )

    def test_behind_nginx(self):
        self.start_service()
        nginx = servers.need_program(self, 'nginx')
        socket = self.directory / 'api.sock'
        uwsgi = self.start_uwsgi(
            {
                web_servers.SOCKET: socket,
                web_servers.OWNER: '',
                'chmod-socket = 660': 'chmod-socket = 666',
            }
        )
        site = self.write_sample(
            'nginx/manila-groups-api.conf',
            {
                web_servers.SOCKET: socket,
                'listen 8786;': f'listen {web_servers.HERE(self.port)};',
                '/var/log/nginx': self.directory,
            },
        )
        text = _NGINX.format(directory=self.directory, site=site)
        file = self.directory / 'nginx.conf'
        file.write_text(text)
        self.check_serves(uwsgi, self.start(nginx, '-c', file))
        self.check_log()
        self.check_refuses()
        self.check_keys('a//b', '/c', 'd/')
        log = (self.directory / 'manila-groups.log').read_text()
        self.assertRegex(log, r'"POST /v2/share-groups HTTP/1.1" 202 .*req-')

    def test_a_mistake_is_told_and_nothing_served(self):
        self.file.write_text('[api]\nauth_strategy = nonesuch\n')
        uwsgi = self.start_alone()
        self.assertNotEqual(0, uwsgi.process.wait(processes.PATIENCE))
        self.assertRegex(uwsgi.output(), '\nuwsgi: .*auth_strategy.*nonesuch')
        self.assertNotIn('Traceback', uwsgi.output())
        self.assertFalse(web_servers.listens(self.port))


class GunicornTest(web_servers.WebServerTestCase):
    server = servers.POSTGRESQL

    def start_gunicorn(self, *arguments):
        program = servers.need_program(self, 'gunicorn')
        bind = {'127.0.0.1:8786': web_servers.HERE(self.port)}
        file = self.write_sample(GUNICORN, bind)
        return self.start(program, '--config', file, *arguments)

    def test_sample(self):
        self.start_service()
        gunicorn = self.start_gunicorn()
        self.check_serves(gunicorn)
        self.check_log()
        self.check_refuses()
        self.check_keys('a//b', '/c', 'd/')
        self.assertRegex(
            gunicorn.output(), r'"POST /v2/share-groups" 202 .* ms req-'
        )

    def test_a_mistake_is_told_and_nothing_served(self):
        self.file.write_text('[api]\nauth_strategy = nonesuch\n')
        gunicorn = self.start_gunicorn()
        self.assertNotEqual(0, gunicorn.process.wait(processes.PATIENCE))
        self.assertRegex(gunicorn.output(), 'gunicorn: .*auth_strategy')
        self.assertNotIn('Traceback', gunicorn.output())
        self.assertFalse(web_servers.listens(self.port))


class ApacheTest(web_servers.WebServerTestCase):
    def test_sample(self):
        self.start_service()
        apache = servers.need_program(self, 'apache2')
        modules = self.need_mod_wsgi()
        # Apache's own Python cannot start from every virtual environment.
        libraries = {sysconfig.get_path(one) for one in ('purelib', 'platlib')}
        path = ':'.join([str(web_servers.ROOT), *libraries])
        user = 'user=manila-groups group=manila-groups '
        site = self.write_sample(
            'apache2/manila-groups-api.conf',
            {
                'Listen 8786': f'Listen {web_servers.HERE(self.port)}',
                '*:8786': f'*:{self.port}',
                user: '',
                'python-home=/opt/manila-groups': f'python-path={path}',
                APACHE_SITE: web_servers.SAMPLES / 'apache2',
                '/var/log/apache2': self.directory,
            },
        )
        file = self.directory / 'apache.conf'
        file.write_text(
            _APACHE.format(
                directory=self.directory,
                modules=modules,
                site=site,
                user=_USER if os.geteuid() == 0 else '',
            )
        )
        server = self.start(apache, '-DFOREGROUND', '-f', file)
        self.check_serves(server)
        self.check_log()
        self.check_refuses()
        self.check_keys()
        log = (self.directory / 'manila-groups-access.log').read_text()
        self.assertRegex(log, r'"POST /v2/share-groups HTTP/1.1" 202 .*req-')

    def need_mod_wsgi(self):
        """Find mod_wsgi for this Python; returns the modules' directory."""
        modules = pathlib.Path('/usr/lib/apache2/modules')
        if not (modules / 'mod_wsgi.so').exists():
            servers.not_there(self, 'mod_wsgi', f'not in {modules}')
        libraries = subprocess.check_output(
            ['ldd', modules / 'mod_wsgi.so'], text=True
        )
        mine = 'libpython{}.{}.'.format(*sys.version_info)
        if mine not in libraries:
            self.skipTest('mod_wsgi is for another version of Python')
        for file in (__file__, oslo_service.__file__):
            readable = subprocess.run(
                ['test', '-r', file],
                user='nobody' if os.geteuid() == 0 else None,
                check=False,
            )
            if readable.returncode:
                self.skipTest('Apache may not read the code, where it is')
        return modules


class HaproxyTest(web_servers.WebServerTestCase):
    def setUp(self):
        super().setUp()
        program = servers.need_program(self, 'haproxy')
        self.start_service()
        conf = self.service.conf
        conf.set_override('bind_port', processes.free_port(), 'api')
        api = http_server.HttpServer(conf, self.service.application)
        api.start()
        self.addCleanup(api.wait)
        self.addCleanup(api.stop)
        own = processes.free_port()
        here = web_servers.HERE(conf.api.bind_port)
        file = self.write_sample(
            'haproxy/manila-groups.cfg',
            {
                'bind :8786': f'bind {web_servers.HERE(self.port)}',
                'bind :8787': f'bind {web_servers.HERE(own)}',
                '192.0.2.11:8786': here,
                '192.0.2.12:8786': here,
                '192.0.2.21:8786': web_servers.HERE(self.start_manila()),
            },
        )
        self.own = processes.Client(f'http://{web_servers.HERE(own)}/v2')
        self.haproxy = self.start(program, '-db', '-f', file)

    def start_manila(self):
        """Start what stands for Manila; returns its port."""

        def answer(_environ, start_response):
            start_response('200 OK', [('Content-Type', 'application/json')])
            return [b'{"by": "manila"}']

        server = simple_server.make_server(
            '127.0.0.1', 0, answer, handler_class=_Silent
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return server.server_port

    def test_share_groups_are_here_and_the_rest_elsewhere(self):
        self.check_serves(self.haproxy)
        for path in (
            '/share-groups/detail',
            '/share-group-types',
            '/share-group-snapshots/detail',
            '/admin/share-groups?limit=1',
        ):
            self.assertNotIn('by', self.client.ask('GET', path))
        for path in ('/shares', '/types', '/share-groupsx', '/limits', ''):
            answer = self.client.ask('GET', path)
            self.assertEqual({'by': 'manila'}, answer)
        self.assertIn('shares', self.own.ask('GET', '/shares'))


class _Silent(simple_server.WSGIRequestHandler):
    def log_message(self, *_args):
        """Print nothing."""


class SystemdTest(base.TestCase):
    def test_units(self):
        program = servers.need_program(self, 'systemd-analyze')
        names = sorted((web_servers.SAMPLES / 'systemd').iterdir())
        self.assertEqual(3, len(names))
        for unit in names:
            self.verify(program, unit)

    def verify(self, program, unit):
        directory = self.useFixture(processes.fixtures.TempDir()).path
        copy = pathlib.Path(directory, unit.name)
        text = unit.read_text()
        command = re.search(
            '^ExecStart=(/opt/manila-groups/bin/[^ \n]+)', text, re.M
        )[1]
        copy.write_text(text.replace(command, sys.executable))
        done = subprocess.run(
            [program, 'verify', '--man=no', copy],
            capture_output=True,
            text=True,
            check=False,
        )
        told = [line for line in done.stderr.splitlines() if unit.name in line]
        self.assertEqual([], told)
        self.assertEqual(0, done.returncode, done.stderr)


class LoadingTest(web_servers.WebServerTestCase):
    """The application is loaded before a server forks."""

    _PROGRAM = """\
import os
from manila_groups.wsgi.api import application
files = [f'/proc/self/fd/{name}' for name in os.listdir('/proc/self/fd')]
targets = [os.readlink(name) for name in files if os.path.islink(name)]
print(len(os.listdir('/proc/self/task')), 'thread,',
      sum(target.startswith('socket:') for target in targets), 'sockets')
"""

    def test_opens_no_connection_and_starts_no_thread(self):
        overrides = {
            'DEFAULT': {'transport_url': servers.need_rabbit(self)},
            'oslo_messaging_notifications': {'driver': ['messagingv2']},
        }
        conf = self.useFixture(
            service_fixtures.DatabaseFixture(overrides, servers.MYSQL)
        ).conf
        self.write_configuration(conf)
        program = self.start(sys.executable, '-c', self._PROGRAM)
        program.process.wait(processes.PATIENCE)
        self.assertEqual('1 thread, 0 sockets\n', program.printed())

# SPDX-License-Identifier: Apache-2.0
"""A Keystone of the tests' own, and what it knows of the service."""

import grp
import os
import pathlib
import pwd

from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client

from manila_groups.tests.functional.processes import free_port
from manila_groups.tests.tempest import processes

REGION = 'RegionOne'
PASSWORD = 'secret'
SERVICE_TYPE = 'shared-file-system'
SERVICE_USER = 'manila-groups'
SERVICE_PROJECT = 'service'

_CONFIGURATION = """\
[database]
connection = {database}
[fernet_tokens]
key_repository = {directory}/fernet-keys
[cache]
enabled = true
backend = oslo_cache.dict
[identity]
# The least that bcrypt can do: every test class has users of its own.
password_hash_rounds = 4
"""


class Keystone:
    """Identity for the tests.

    :param programs: runs it
    :param directory: that it has for itself
    :param database: the URL of its database
    :ivar url: of its API
    """

    def __init__(
        self,
        programs: processes.Processes,
        directory: pathlib.Path,
        database: str,
    ):
        self._programs = programs
        self._port = free_port()
        self.url = f'http://127.0.0.1:{self._port}/v3'
        self._file = directory / 'keystone.conf'
        self._file.write_text(
            _CONFIGURATION.format(database=database, directory=directory)
        )

    def start(self) -> None:
        """Make its database, its keys and an administrator, and start it."""
        user = pwd.getpwuid(os.getuid()).pw_name
        group = grp.getgrgid(os.getgid()).gr_name
        owner = ('--keystone-user', user, '--keystone-group', group)
        self._manage('db_sync')
        self._manage('fernet_setup', *owner)
        self._manage(
            'bootstrap',
            *('--bootstrap-password', PASSWORD),
            *('--bootstrap-region-id', REGION),
            *('--bootstrap-public-url', self.url),
            *('--bootstrap-internal-url', self.url),
        )
        self._programs.start(
            'keystone',
            # One process, as its cache is in memory.
            *processes.uwsgi('keystone.wsgi.api', self._port, 1, threads=4),
            env={'OS_KEYSTONE_CONFIG_FILES': str(self._file)},
        )
        self._programs.wait_for(
            'keystone', lambda: processes.has_http(self.url)
        )

    def _manage(self, *words):
        self._programs.run(
            'keystone-manage',
            'keystone-manage',
            *('--config-file', self._file),
            *words,
        )

    def session(self) -> session.Session:
        """Log in as the administrator."""
        return session.Session(
            v3.Password(
                auth_url=self.url,
                username='admin',
                password=PASSWORD,
                project_name='admin',
                user_domain_id='default',
                project_domain_id='default',
            )
        )

    def register(self, url: str) -> None:
        """Add the service's user, and the service to the catalog.

        :param url: of the service's API
        """
        keystone = client.Client(
            session=self.session(), interface='public', region_name=REGION
        )
        project = keystone.projects.create(SERVICE_PROJECT, domain='default')
        user = keystone.users.create(
            SERVICE_USER, domain='default', password=PASSWORD
        )
        (role,) = keystone.roles.list(name='service')
        keystone.roles.grant(role, user=user, project=project)
        service = keystone.services.create(SERVICE_USER, SERVICE_TYPE)
        keystone.endpoints.create(service, url, 'public', REGION)

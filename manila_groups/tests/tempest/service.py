# SPDX-License-Identifier: Apache-2.0
"""The service as the tests find it: two back ends, and default types."""

import json
import pathlib

from manila_groups.tests.functional.processes import free_port
from manila_groups.tests.functional.processes import wait_for
from manila_groups.tests.tempest import keystone
from manila_groups.tests.tempest import processes

#: The back ends, and the availability zone that each is in.
BACKENDS = {'alpha': 'one', 'beta': 'two'}
DEFAULT_TYPE = 'tempest'

_CONFIGURATION = """\
[DEFAULT]
host = tempest
transport_url = {servers.transport}
control_exchange = {servers.exchange}
enabled_backends = {backends}
enabled_share_protocols = NFS,CIFS
default_share_type = {default_type}
default_share_group_type = {default_type}
[api]
auth_strategy = keystone
[database]
connection = {database}
[oslo_policy]
enforce_scope = true
[keystone_authtoken]
www_authenticate_uri = {keystone.url}
auth_url = {keystone.url}
auth_type = password
username = {user}
password = {password}
user_domain_id = default
project_name = {project}
project_domain_id = default
service_token_roles_required = true
"""

_BACKEND = """\
[{name}]
driver = fake
backend_availability_zone = {zone}
fake_capabilities = {capabilities}
fake_group_capabilities = {{"consistent_snapshot_support": "pool"}}
"""

_ASKING = {
    'endpoint_filter': {
        'service_type': keystone.SERVICE_TYPE,
        'region_name': keystone.REGION,
    },
    'headers': {'X-OpenStack-Manila-API-Version': '2.60'},
}


class Service:
    """The service, in several processes or in one.

    :param programs: runs it
    :param directory: the home of the programs
    :param share_servers: whether the back ends make share servers
    :param options: further values of the configuration: keystone, servers
        and database
    :ivar url: of its API
    """

    def __init__(
        self,
        programs: processes.Processes,
        directory: pathlib.Path,
        share_servers: bool,
        **options,
    ):
        self._programs = programs
        self._share_servers = share_servers
        self._state = directory / 'state'
        self._port = free_port()
        self.url = f'http://127.0.0.1:{self._port}/v2'
        # The file that a program which is told of none finds.
        self._file = directory / '.manila-groups' / 'manila-groups.conf'
        self._file.parent.mkdir()
        self._file.write_text(self._configuration(options))

    def _configuration(self, options):
        capabilities = {
            'driver_handles_share_servers': self._share_servers,
            'create_share_from_snapshot_support': True,
        }
        return _CONFIGURATION.format(
            backends=','.join(BACKENDS),
            default_type=DEFAULT_TYPE,
            user=keystone.SERVICE_USER,
            password=keystone.PASSWORD,
            project=keystone.SERVICE_PROJECT,
            **options,
        ) + ''.join(
            _BACKEND.format(
                name=name, zone=zone, capabilities=json.dumps(capabilities)
            )
            for name, zone in BACKENDS.items()
        )

    def start_processes(self) -> None:
        """Start the API with two workers, a scheduler and the back ends."""
        self._programs.run(
            'manila-groups-manage', 'manila-groups-manage', 'db', 'sync'
        )
        for name in ('manila-groups-scheduler', 'manila-groups-backend'):
            self._programs.start(name, name)
        self._programs.start(
            'manila-groups-api',
            *processes.uwsgi('manila_groups.wsgi.api', self._port, workers=2),
        )
        self._wait_for('manila-groups-api')

    def start_standalone(self) -> None:
        """Start everything in one process."""
        self._programs.start(
            'manila-groups-standalone',
            'manila-groups-standalone',
            *('--state-dir', self._state),
            *('--config-file', self._file),
            *('--bind', f'127.0.0.1:{self._port}'),
        )
        self._wait_for('manila-groups-standalone')

    def _wait_for(self, name):
        self._programs.wait_for(name, lambda: processes.has_http(self.url))

    def prepare(self, session) -> None:
        """Wait for the back ends, and make the default types.

        :param session: an administrator's
        :raises Failed: the back ends don't report
        """
        if not wait_for(lambda: self._reports(session), 60):
            raise processes.Failed('a back end does not report')
        share_type = {
            'name': DEFAULT_TYPE,
            'extra_specs': {
                'driver_handles_share_servers': self._share_servers
            },
        }
        session.post('/types', json={'share_type': share_type}, **_ASKING)
        group_type = {'name': DEFAULT_TYPE, 'share_types': [DEFAULT_TYPE]}
        session.post(
            '/share-group-types',
            json={'share_group_type': group_type},
            **_ASKING,
        )

    def _reports(self, session):
        found = session.get('/scheduler-stats/pools', **_ASKING).json()
        backends = {pool['backend'] for pool in found['pools']}
        return backends == set(BACKENDS)

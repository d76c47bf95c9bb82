# SPDX-License-Identifier: Apache-2.0
"""The service's processes and its servers, any of which may be killed."""

import collections

from manila_groups.tests.faults import chances
from manila_groups.tests.faults import servers
from manila_groups.tests.functional import processes
from manila_groups.tests.soak import stack
from manila_groups.tests.tempest import processes as tempest

#: The options of [service] of these names.
WORK_DEADLINE = 30
WORK_TRIES = 10
DOWN_TIME = 5

_CONFIGURATION = f"""\
[DEFAULT]
host = {{name}}
transport_url = {{broker.url}}
control_exchange = {{broker.exchange}}
enabled_backends = one,two
log_file = {{directory}}/{{name}}.log
default_share_type = soak
default_share_group_type = soak
graceful_shutdown_timeout = 10
[api]
auth_strategy = noauth
bind_port = {{port}}
[database]
connection = {{database.url}}
[service]
heartbeat_interval = 1
down_time = {DOWN_TIME}
reconcile_interval = 2
stuck_after = 5
work_deadline = {WORK_DEADLINE}
work_tries = {WORK_TRIES}
[one]
driver = faulty
local_path = {{directory}}/storage/{{name}}@one
local_privileges = none
max_over_subscription_ratio = 1000
[two]
driver = faulty
local_path = {{directory}}/storage/{{name}}@two
local_privileges = none
max_over_subscription_ratio = 1000
"""

#: What a package of drivers installs beside its code.
_METADATA = 'Metadata-Version: 2.1\nName: manila-groups-faults\nVersion: 0\n'
_ENTRY_POINTS = """\
[oslo.messaging.drivers]
faulty = manila_groups.tests.faults.transport:FaultyRabbit
[manila_groups.backend.drivers]
faulty = manila_groups.tests.faults.driver:FaultyDriver
"""


class Stack(stack.Stack):
    """The processes, with servers, a driver and a transport of the run's own.

    :param seed: of what goes wrong in the processes
    :ivar book: where the processes write down what has gone wrong
    :ivar storage: the directory with a directory of each back end
    """

    configuration = _CONFIGURATION

    def __init__(self, directory, seed, findings):
        super().__init__('mysql', directory, findings)
        self._seed = seed
        self._starts = collections.Counter()

    def _find_servers(self):
        self.book = chances.Book(self.directory)
        self.storage = self.directory / 'storage'
        self.storage.mkdir()
        self._install()
        self.database = self.useFixture(servers.Database(self.directory))
        self.broker = self.useFixture(servers.Broker(self.directory))
        for server in (self.database, self.broker):
            self.processes[server.name] = server.process

    def start(self, name):
        """Start a process or a server that does not run."""
        if name in (self.database.name, self.broker.name):
            server = getattr(self, name)
            server.start()
            self.processes[name] = server.process
        else:
            super().start(name)

    def wait_until_ready(self):
        """Wait for the servers, and then as for any service."""
        for server in (self.database, self.broker):
            server.wait_until_ready()
        super().wait_until_ready()

    def wait_for_api(self) -> None:
        """Wait until the API answers at all."""
        url = f'http://127.0.0.1:{self.port}/healthcheck'
        processes.wait_for(lambda: tempest.has_http(url))

    def _install(self):
        installed = self.directory / 'plugins' / 'faults-0.dist-info'
        installed.mkdir(parents=True)
        (installed / 'METADATA').write_text(_METADATA)
        (installed / 'entry_points.txt').write_text(_ENTRY_POINTS)

    def _environment(self, name):
        self._starts[name] += 1
        made = super()._environment(name)
        made['PYTHONPATH'] += f':{self.directory}/plugins'
        seed = f'{self._seed} {name} {self._starts[name]}'
        return made | chances.environment(self.directory, seed)

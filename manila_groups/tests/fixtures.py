# SPDX-License-Identifier: Apache-2.0
"""The service as tests run it: the real one, in this process."""

import fixtures
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import context
from manila_groups.backend import service as backend_service
from manila_groups.cmd import api
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.rpc import base as rpc
from manila_groups.scheduler import service as scheduler_service
from manila_groups.tests import conformance
from manila_groups.tests import servers

#: What tests have otherwise than the service's own defaults: two simulated
#: back ends of different group capabilities, of which one has equal pools.
DEFAULTS = {
    'DEFAULT': {
        'host': 'host',
        'transport_url': 'fake:///',
        'enabled_backends': ['alpha', 'beta'],
        'default_share_type': 'default',
        'default_share_group_type': 'default',
    },
    'api': {'auth_strategy': 'noauth', 'noauth_on_any_address': True},
    'alpha': {
        'driver': 'fake',
        'fake_pools': [{'name': 'one'}, {'name': 'two'}, {'name': 'three'}],
    },
    'beta': {
        'driver': 'fake',
        'fake_pools': [{'name': 'only', 'free_capacity_gb': 10}],
        'fake_group_capabilities': {'consistent_snapshot_support': 'pool'},
        'backend_availability_zone': 'west',
    },
}


def merged(*layers):
    """Lay configurations over each other, the later ones on top."""
    result = {}
    for layer in layers:
        for section, values in layer.items():
            result.setdefault(section, {}).update(values)
    return result


class DatabaseFixture(fixtures.Fixture):
    """A configuration, and an empty database with the schema.

    :param overrides: section to option to value; where no connection is
        among them, the database is on the chosen server
    :param server: the URL of another database server; None is SQLite
    :ivar conf: the configuration
    :ivar db: the database
    """

    def __init__(self, overrides=None, server=servers.CHOSEN):
        self._overrides = overrides or {}
        self._server = server

    def _setUp(self):
        own = {'DEFAULT': {'control_exchange': uuidutils.generate_uuid()}}
        if 'connection' not in self._overrides.get('database', {}):
            url = servers.lend_database(self, self._server)
            own['database'] = {'connection': url}
        self.conf = configuration.load(
            files=[], defaults=merged(DEFAULTS, own, self._overrides)
        )
        self.db = servers.open_database(self, self.conf)


class ServiceFixture(fixtures.Fixture):
    """The API as a WSGI application, with a scheduler and two back ends.

    :param overrides: section to option to value
    :ivar application: the WSGI application
    :ivar conf: the configuration
    :ivar db: the database
    :ivar transport: what messages go over
    """

    def __init__(self, overrides=None):
        self._overrides = overrides

    def _setUp(self):
        base = self.useFixture(DatabaseFixture(self._overrides))
        self.conf, self.db = base.conf, base.db
        self.transport = rpc.transport(self.conf)
        self._make_default_types()
        for name in self.conf.enabled_backends:
            self._run(
                backend_service.build(self.conf, self.db, self.transport, name)
            )
        self._run(scheduler_service.build(self.conf, self.db, self.transport))
        self.application = conformance.Conforming(
            api.assemble(self.conf, self.db, self.transport)
        )

    def _run(self, service):
        service.start()
        self.addCleanup(service.wait)
        self.addCleanup(service.stop)

    def _make_default_types(self):
        types = share_types.ShareTypes(self.conf, self.db)
        made = types.create('default', {share_types.DHSS: 'False'})
        group_types = share_group_types.ShareGroupTypes(
            self.conf, self.db, types
        )
        group_types.create(context.service_context(), 'default', [made.id], {})

# SPDX-License-Identifier: Apache-2.0
"""The API over a database with a row of everything, and nobody at work.

No scheduler and no back end changes anything behind a test's back, so what
the database holds before and after a request can be compared.
"""

import dataclasses
import datetime
from typing import Any

import fixtures
from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa

from manila_groups import context
from manila_groups import states
from manila_groups.api import routes
from manila_groups.backend import driver
from manila_groups.cmd import api
from manila_groups.db import backup_policies
from manila_groups.db import models
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.db import share_access_rules
from manila_groups.db import share_export_locations
from manila_groups.db import share_group_backups
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.domain.messages import api as messages
from manila_groups.domain.share_networks import api as share_networks
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.rpc import base as rpc
from manila_groups.tests import conformance
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests import servers
from manila_groups.tests.functional import wsgi_client

#: Whose the rows are.
PROJECT = 'admin'
GROUP_ID = '00000000-0000-4000-8000-000000000001'
GROUP_SNAPSHOT_ID = '00000000-0000-4000-8000-000000000002'
SHARE_ID = '00000000-0000-4000-8000-000000000003'
GROUP_BACKUP_ID = '00000000-0000-4000-8000-000000000007'
_REPORT = {
    'total_capacity_gb': 100,
    'free_capacity_gb': 50,
    'reserved_percentage': 0,
    'claimable_gb': 100,
    'capabilities': {'tier': 'gold', 'sizes': [1, 2.5, 'infinite']},
    'group_capabilities': {
        'tier': ['gold', 'silver'],
        'revert_to_snapshot_support': True,
        'backup_support': True,
    },
}
_POLICY = {
    'project_id': PROJECT,
    'schedule': '0 3 * * *',
    'keep_daily': 7,
    'keep_weekly': 0,
    'keep_monthly': 0,
    'next_run_at': datetime.datetime(2100, 1, 1),
}
UNKNOWN_ID = '00000000-0000-4000-8000-999999999999'

#: Variables of paths that may be any text: no row here has to have that id.
FREE_VARIABLES = ('owner_id',)


class ApiFixture(fixtures.Fixture):
    """The application, and ids of rows for the variables of its paths.

    :param overrides: section to option to value
    :param server: the URL of another database server; None is SQLite
    :ivar application: the WSGI application
    :ivar conf: the configuration
    :ivar db: the database
    :ivar ids: the beginning of a path and a variable to a value
    """

    def __init__(self, overrides=None, server=servers.CHOSEN):
        self._overrides, self._server = overrides, server

    def _setUp(self):
        base = self.useFixture(
            service_fixtures.DatabaseFixture(self._overrides, self._server)
        )
        self.conf, self.db = base.conf, base.db
        self.application = conformance.Conforming(
            api.assemble(self.conf, self.db, rpc.transport(self.conf))
        )
        share_type, group_type = self.make_types()
        self._make_pool()
        self.make_group(GROUP_ID, share_type, group_type)
        self.ids = {
            ('share-groups', 'share_group_id'): GROUP_ID,
            ('share-group-types', 'type_id'): group_type.id,
            ('share-group-types', 'key'): 'tier',
            ('types', 'type_id'): share_type.id,
            ('types', 'key'): 'tier',
            ('messages', 'message_id'): self._make_message(),
            **self._make_network(),
            (
                'share-group-snapshots',
                'share_group_snapshot_id',
            ): self.make_group_snapshot(GROUP_SNAPSHOT_ID, GROUP_ID),
            (
                'share-group-backups',
                'share_group_backup_id',
            ): self._make_group_backup(),
            **self._make_share(share_type),
            ('quota-sets', 'owner_id'): 'somebody',
            ('extensions', 'extension_id'): 'share-groups',
        }

    def make_types(self, name='default', is_public=False):
        """Make a share type, and a share group type with it."""
        types = share_types.ShareTypes(self.conf, self.db)
        share_type = types.create(
            name, {share_types.DHSS: 'False', 'tier': 'gold'}, is_public
        )
        group_types = share_group_types.ShareGroupTypes(
            self.conf, self.db, types
        )
        group_type = group_types.create(
            context.service_context(),
            name,
            [share_type.id],
            {'tier': 'gold'},
            is_public,
        )
        return share_type, group_type

    def _make_pool(self):
        with self.db.writer() as conn:
            service_id = services.beat(
                conn, 'host@alpha', 'manila-share', 'nova'
            )
            pools.report(conn, service_id, {'host@alpha#one': _REPORT})

    def make_group(self, group_id, share_type, group_type, host=None):
        """Make an available group."""
        with self.db.writer() as conn:
            conn.execute(
                sa.insert(models.ShareGroup).values(
                    id=group_id,
                    project_id=PROJECT,
                    status='available',
                    host=host,
                    share_group_type_id=group_type.id,
                    created_at=timeutils.utcnow(),
                )
            )
            conn.execute(
                sa.insert(models.ShareGroupShareType).values(
                    share_group_id=group_id, share_type_id=share_type.id
                )
            )

    def _make_share(self, share_type):
        rule = {'id': uuidutils.generate_uuid(), 'share_id': SHARE_ID}
        pair = {'meta_key': 'tier', 'meta_value': 'gold'}
        with self.db.writer() as conn:
            shares.insert(
                conn,
                [
                    {
                        'id': SHARE_ID,
                        'project_id': PROJECT,
                        'share_type_id': share_type.id,
                        'size': 2,
                        'share_proto': 'NFS',
                        'host': 'host@alpha#one',
                    }
                ],
            )
            shares.ROWS.set_status(
                conn, SHARE_ID, states.AVAILABLE, states.CREATING
            )
            conn.execute(
                sa.insert(models.ShareMetadata).values(
                    share_id=SHARE_ID, **pair
                )
            )
            share_access_rules.insert(
                conn,
                {
                    **rule,
                    'access_type': 'ip',
                    'access_to': '192.0.2.9',
                    'access_level': 'rw',
                },
                {'tier': 'gold'},
            )
            share_export_locations.replace_many(
                conn, {SHARE_ID: [driver.ExportLocation('192.0.2.1:/a')]}
            )
            (location,) = share_export_locations.of_share(
                conn, SHARE_ID, admin=True
            )
        return {
            ('shares', 'share_id'): SHARE_ID,
            ('shares', 'key'): 'tier',
            ('shares', 'location_id'): location.id,
            ('share-access-rules', 'access_id'): rule['id'],
            ('share-access-rules', 'key'): 'tier',
        }

    def _make_network(self):
        made = share_networks.ShareNetworks(self.conf, self.db).create(
            context.RequestContext(project_id=PROJECT),
            'network',
            None,
            share_networks.NewSubnet(availability_zone='nova'),
        )
        return {
            ('share-networks', 'share_network_id'): made.id,
            ('share-networks', 'subnet_id'): made.subnets[0].id,
        }

    def make_group_snapshot(self, snapshot_id, group_id):
        """Make an available snapshot of a group; returns its id."""
        with self.db.writer() as conn:
            conn.execute(
                sa.insert(models.ShareGroupSnapshot).values(
                    id=snapshot_id,
                    project_id=PROJECT,
                    share_group_id=group_id,
                    status='available',
                    created_at=timeutils.utcnow(),
                )
            )
        return snapshot_id

    def _make_group_backup(self):
        """Make an available backup of the group; returns its id."""
        values = {
            'id': GROUP_BACKUP_ID,
            'project_id': PROJECT,
            'share_group_id': GROUP_ID,
            'consistent': True,
            'size': 0,
            'taken_at': timeutils.utcnow(),
            'reference': 'a',
            'data_size': 5,
            'sent_size': 5,
            'is_incremental': False,
            'manifest': {
                'share_group': None,
                'share_group_type': 'default',
                'share_types': {},
            },
            'host': 'host@alpha#one',
        }
        with self.db.writer() as conn:
            share_group_backups.insert(conn, values, [])
            backup_policies.put(conn, GROUP_ID, _POLICY)
            share_group_backups.ROWS.set_status(
                conn, GROUP_BACKUP_ID, states.AVAILABLE, states.CREATING
            )
        return GROUP_BACKUP_ID

    def _make_message(self):
        with self.db.writer() as conn:
            group_id = conn.scalar(sa.select(models.ShareGroup.id))
            group = share_groups.get(conn, group_id)
            messages.add(
                conn,
                self.conf,
                states.SHARE_GROUP,
                group,
                messages.ALLOCATE_HOST,
                messages.NO_VALID_HOST,
                'No back end fits.',
            )
        with self.db.reader() as conn:
            return conn.scalar(sa.select(models.Message.id))

    def call(self, *args, **kwargs) -> wsgi_client.Answer:
        """Make one request: see wsgi_client.call."""
        return wsgi_client.call(self.application, *args, **kwargs)

    def snapshot(self) -> dict[str, list]:
        """Read all rows of all tables."""
        with self.db.reader() as conn:
            return {
                table.name: sorted(map(repr, conn.execute(table.select())))
                for table in models.Base.metadata.sorted_tables
            }


@dataclasses.dataclass(frozen=True)
class Operation:
    """One method of one path, or one action of it.

    :ivar rules: what stands on the controller's method: see api.wsgi
    :ivar action: the action's name
    """

    path: str
    verb: str
    rules: Any
    action: str | None = None

    def __str__(self):
        return f'{self.verb} {self.path} {self.action or ""}'.strip()

    @property
    def variables(self) -> list[str]:
        """The variables of the path, in order."""
        return [part[1:-1] for part in self.path.split('/') if '{' in part]

    def url(self, ids: dict, /, **values) -> str:
        """The path, with ids of rows or other values for the variables."""
        start = self.path.split('/')[1]
        known = {
            name: values.get(name, ids.get((start, name), UNKNOWN_ID))
            for name in self.variables
        }
        return '/v2' + self.path.format(**known)

    def fields(self) -> dict[str, dict]:
        """The fields of the body: name to JSON schema."""
        if self.rules.body is None:
            return {}
        return self.rules.body.schema._properties

    def body(self, /, **fields) -> Any:
        """A body that is as it should be, but for these fields."""
        if self.rules.body is None:
            return None
        schema = self.rules.body.schema
        keys = self.rules.body.keys
        names = [] if keys else [self.action]
        content = {
            name: sample(schema._properties[name])
            for name in [*schema._required, *filter(None, names)]
        }
        if schema._others is not None:
            content.setdefault('tier', 'silver')
        elif self.verb == 'PUT' and not content:
            first = next(iter(schema._properties))
            content[first] = sample(schema._properties[first])
        content |= fields
        return {keys[0]: content} if keys else content


def operations() -> list[Operation]:
    """Every method of the API, from the table of its routes."""
    found = []
    for path, methods in routes.TABLE:
        for verb, target in methods.items():
            actions = target if isinstance(target, dict) else {None: target}
            found.extend(
                Operation(path, verb, method.rules, action)
                for action, method in actions.items()
            )
    return found


def sample(rule: dict) -> Any:
    """Make a value that a JSON schema accepts."""
    if 'examples' in rule:
        return rule['examples'][0]
    if 'enum' in rule:
        return rule['enum'][0]
    if 'anyOf' in rule:
        return sample(rule['anyOf'][0])
    types = rule['type']
    kind = types if isinstance(types, str) else types[0]
    if kind == 'object':
        properties = rule.get('properties', {})
        return {
            name: sample(properties[name]) for name in rule.get('required', [])
        }
    plain = {'string': 'x', 'array': [], 'null': None, 'integer': 1}
    return plain.get(kind, False)

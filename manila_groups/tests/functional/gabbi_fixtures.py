# SPDX-License-Identifier: Apache-2.0
"""What a file of HTTP tests may name under its key fixtures.

One of these runs for each file, around all of its requests.
"""

import fixtures
from gabbi import fixture
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import share_groups
from manila_groups.domain.types import share_types
from manila_groups.tests import engine
from manila_groups.tests import fixtures as service_fixtures


class Current:
    """Passes requests on to the service of the file that runs.

    gabbi asks for the application when it reads the files, before any
    service is started; and one process runs one file at a time.
    """

    def __init__(self):
        self.application = None

    def __call__(self, environ, start_response):
        return self.application(environ, start_response)


CURRENT = Current()


class Service(fixture.GabbiFixture):
    """The service, as manila_groups.tests.fixtures configures it.

    :cvar overrides: section to option to value
    """

    overrides = {}

    def start_fixture(self):
        """Start the service, with the default types and nothing else."""
        self._log = fixtures.FakeLogger()
        self._log.setUp()
        self._service = service_fixtures.ServiceFixture(self.overrides)
        self._service.setUp()
        self.prepare(self._service.conf, self._service.db)
        CURRENT.application = self._service.application

    def prepare(self, conf, db):
        """Make what the file needs and its requests cannot make."""

    def stop_fixture(self):
        """Stop it again."""
        CURRENT.application = None
        self._service.cleanUp()
        self._log.cleanUp()


class NoDefaultTypes(Service):
    """The configuration names neither of the default types."""

    overrides = {
        'DEFAULT': {
            'default_share_type': None,
            'default_share_group_type': None,
        }
    }


class SmallQuota(Service):
    """A project may have two share groups."""

    overrides = {'quota': {'share_groups': 2}}


class SmallShareQuota(Service):
    """A project may have two shares of up to 4 GiB, and 6 GiB in all."""

    overrides = {
        'quota': {'shares': 2, 'gigabytes': 6, 'per_share_gigabytes': 4}
    }


class SmallPages(Service):
    """A page of a list has at most three rows."""

    overrides = {'api': {'max_limit': 3}}


class FailingBackends(Service):
    """No back end can create or delete anything."""

    overrides = {
        name: {
            'fake_failures': {
                'create_share_group': 1,
                'delete_share_group': 1,
            }
        }
        for name in ('alpha', 'beta')
    }


class FailingDeletions(Service):
    """Back ends create share groups, and cannot delete them."""

    overrides = {
        name: {'fake_failures': {'delete_share_group': 1}}
        for name in ('alpha', 'beta')
    }


class FailingSnapshots(Service):
    """No back end can take a snapshot."""

    overrides = {
        name: {'fake_failures': {'create_share_group_snapshot': 1}}
        for name in ('alpha', 'beta')
    }


class FailingClones(Service):
    """No back end can make a group from a snapshot."""

    overrides = {
        name: {'fake_failures': {'create_share_group_from_snapshot': 1}}
        for name in ('alpha', 'beta')
    }


class FailingReverts(Service):
    """No back end can revert a group, or say that nothing has changed."""

    overrides = {
        name: {'fake_failures': {'revert_share_group': 1}}
        for name in ('alpha', 'beta')
    }


class Backups(Service):
    """Back ends make backups, which are copies in a directory."""

    overrides = {
        'backup': {
            'repository': 'rest:https://backup.example.org/groups',
            'secret_file': '/etc/manila-groups/backup-secret',
        }
    }

    def start_fixture(self):
        """Start the service with an engine that needs no program."""
        self.engine = engine.Copies()
        self.prepare_engine(self.engine)
        self._patch = fixtures.MonkeyPatch(
            'manila_groups.backup.loader.build',
            lambda _conf, _runner: self.engine,
        )
        self._patch.setUp()
        super().start_fixture()

    def prepare_engine(self, engine):
        """Let the engine fail, where it shall."""

    def stop_fixture(self):
        """Stop it again."""
        super().stop_fixture()
        self._patch.cleanUp()


class SmallBackupQuota(Backups):
    """A project may have two backups, three members and 6 GiB of them."""

    overrides = {
        **Backups.overrides,
        'quota': {
            'share_group_backups': 2,
            'backups': 3,
            'backup_gigabytes': 6,
        },
    }


class FailingBackups(Backups):
    """The repository refuses whatever is to be written."""

    def prepare_engine(self, engine):
        """Let each backup fail."""
        error = exception.DriverError('the repository is full')
        engine.failures['save'] = [error] * 10


class FailingRestores(Backups):
    """The repository cannot be read."""

    def prepare_engine(self, engine):
        """Let each restore fail."""
        error = exception.DriverError('a pack file is damaged')
        engine.failures['restore'] = [error] * 10


class KeptBackups(Backups):
    """What is deleted stays in the repository, as if rows had been lost."""

    def prepare_engine(self, engine):
        """Let nothing be forgotten."""
        engine.forget = lambda _project_id, _backup_id, _known: None


class SeveralProtocols(Service):
    """The back end beta exports by CIFS too, and none by CEPHFS."""

    overrides = {
        'DEFAULT': {'enabled_share_protocols': ['NFS', 'CIFS', 'CEPHFS']},
        'beta': {
            'fake_capabilities': {
                'storage_protocol': ['NFS', 'CIFS'],
            }
        },
    }


class BehindProxy(Service):
    """The headers of a proxy are believed."""

    overrides = {
        'oslo_middleware': {'enable_proxy_headers_parsing': True},
        'api': {'allowed_hosts': ['shares.example.org']},
    }


class OnlyThisMachine(Service):
    """No other machine is served, and the service has a name here."""

    overrides = {
        'api': {
            'noauth_on_any_address': False,
            'allowed_hosts': ['storage.example'],
        }
    }


class OtherOrigin(Service):
    """Scripts of one other web site may use the API."""

    overrides = {'cors': {'allowed_origin': ['https://site.example.org']}}


class MoreTypes(Service):
    """There are share types of several kinds, beside the default one."""

    def prepare(self, conf, db):
        """Make the share types, which requests then find by their names."""
        types = share_types.ShareTypes(conf, db)
        for name, servers, public, specs in (
            ('second', 'False', True, {}),
            ('servers', 'True', True, {}),
            ('west-only', 'False', True, {'availability_zones': 'west'}),
            ('both-zones', 'False', True, {'availability_zones': 'nova,west'}),
            ('secret', 'False', False, {}),
        ):
            types.create(name, {share_types.DHSS: servers, **specs}, public)


class ShareServers(MoreTypes):
    """The back end alpha makes share servers, and beta does not."""

    overrides = {
        'alpha': {'fake_capabilities': {share_types.DHSS: True}},
    }


class OccupiedGroups(Service):
    """There are three share groups with ids that end in 1, 2 and 3.

    The first holds a share, based on a share snapshot; the second has a
    snapshot; the third is empty.
    """

    id_format = '00000000-0000-4000-8000-{:012}'.format

    def prepare(self, conf, db):
        """Make the groups as they are after their creation."""
        with db.writer() as conn:
            group_type = conn.execute(
                sa.select(models.ShareGroupType.id)
            ).scalar_one()
            share_type = conn.execute(
                sa.select(models.ShareType.id)
            ).scalar_one()
            for number in (1, 2, 3):
                values = {
                    'id': self.id_format(number),
                    'project_id': 'admin',
                    'share_group_type_id': group_type,
                }
                share_groups.insert(conn, values, [share_type])
                share_groups.ROWS.set_status(
                    conn, values['id'], states.AVAILABLE
                )
            self._occupy(conn, share_type)

    def _occupy(self, conn, share_type):
        common = {
            'project_id': 'admin',
            'status': states.AVAILABLE,
            'created_at': timeutils.utcnow(),
        }
        share = {
            'id': self.id_format(11),
            'share_group_id': self.id_format(1),
            'share_type_id': share_type,
            'snapshot_id': self.id_format(21),
            'size': 1,
            'quota_gb': 1,
            'share_proto': 'NFS',
            'access_rules_status': states.ACTIVE,
        }
        snapshot = {
            'id': self.id_format(31),
            'share_group_id': self.id_format(2),
        }
        conn.execute(sa.insert(models.Share).values(**common, **share))
        conn.execute(
            sa.insert(models.ShareGroupSnapshot).values(**common, **snapshot)
        )


class HiddenLocations(Service):
    """Two shares: a public one of elsewhere, and a private one of demo.

    Each is at two places, of which only administrators are shown one.
    """

    def prepare(self, conf, db):
        """Make the shares as a back end would leave them."""
        with db.writer() as conn:
            share_type = conn.execute(
                sa.select(models.ShareType.id)
            ).scalar_one()
            for project, is_public in (('elsewhere', True), ('demo', False)):
                self._insert(conn, share_type, project, is_public)

    def _insert(self, conn, share_type, project, is_public):
        share = {
            'id': project,
            'name': f'of {project}',
            'project_id': project,
            'is_public': is_public,
            'status': states.AVAILABLE,
            'access_rules_status': states.ACTIVE,
            'share_type_id': share_type,
            'size': 1,
            'quota_gb': 1,
            'share_proto': 'NFS',
            'created_at': timeutils.utcnow(),
        }
        conn.execute(sa.insert(models.Share).values(**share))
        for kind in ('shown', 'hidden'):
            location = {
                'id': f'{project}-{kind}',
                'share_id': project,
                'path': f'192.0.2.1:/{project}/{kind}',
                'preferred': True,
                'is_admin_only': kind == 'hidden',
                'created_at': timeutils.utcnow(),
                'updated_at': timeutils.utcnow(),
            }
            conn.execute(
                sa.insert(models.ShareExportLocation).values(**location)
            )

# SPDX-License-Identifier: Apache-2.0
"""Does the database answer, with the schema that the code needs."""

import pathlib

from oslo_log import log
from oslo_middleware.healthcheck import pluginbase
import sqlalchemy as sa

from manila_groups import db

LOG = log.getLogger(__name__)

#: Seconds that the database has to accept a connection, and then to answer.
TIMEOUT = 2

#: How each driver is told to wait no longer.
_ARGUMENTS = {
    'mysql': {
        'connect_timeout': TIMEOUT,
        'read_timeout': TIMEOUT,
        'write_timeout': TIMEOUT,
    },
    'postgresql': {
        'connect_timeout': TIMEOUT,
        'tcp_user_timeout': TIMEOUT * 1000,
        'options': f'-c statement_timeout={TIMEOUT * 1000}',
    },
    'sqlite': {'timeout': TIMEOUT},
}

_REVISIONS = pathlib.Path(db.__file__).parent / 'migrations' / 'versions'
_QUERY = sa.text('SELECT version_num FROM alembic_version')


class DatabaseCheck(pluginbase.HealthcheckBaseExtension):
    """Reads the schema's revision, over a connection of its own.

    Those of the requests would wait for longer, and the pool may be empty.
    """

    def __init__(self, oslo_conf, conf):
        super().__init__(oslo_conf, conf)
        self._needed = newest_revision()
        url = _url(oslo_conf.database)
        self._engine = sa.create_engine(
            url,
            connect_args=_ARGUMENTS.get(url.get_backend_name(), {}),
            pool_size=1,
            max_overflow=-1,
            pool_pre_ping=True,
            pool_recycle=oslo_conf.database.connection_recycle_time,
        )

    def healthcheck(self, server_port):
        """Compare the revision with the code's.

        A newer one is fine: during an upgrade, the schema comes first.
        """
        try:
            with self._engine.connect() as connection:
                found = connection.scalar(_QUERY) or ''
        except sa.exc.SQLAlchemyError as error:
            LOG.warning('Health check: the database: %s', error)
            return pluginbase.HealthcheckResult(
                available=False,
                reason='The database does not answer.',
                details=str(error),
            )
        if found < self._needed:
            return pluginbase.HealthcheckResult(
                available=False,
                reason='The schema of the database is too old.',
                details=f'It is at {found or "none"}, the code needs '
                f'{self._needed}.',
            )
        return pluginbase.HealthcheckResult(
            available=True,
            reason='OK',
            details=f'The schema of the database is at {found}.',
        )


def newest_revision() -> str:
    """The revision that this code needs.

    It is the name of the newest migration's file: alembic, which would tell
    it too, needs memory that an API process has no other use for.
    """
    newest = max(_REVISIONS.glob('[0-9]*.py'))
    return newest.name.partition('_')[0]


def _url(options):
    url = options.connection
    if options.connection_parameters:
        mark = '&' if '?' in url else '?'
        url = f'{url}{mark}{options.connection_parameters}'
    return sa.make_url(url)

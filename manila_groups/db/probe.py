# SPDX-License-Identifier: Apache-2.0
"""Asks the database which schema it has, without waiting for long."""

import pathlib

import sqlalchemy as sa

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

_REVISIONS = pathlib.Path(__file__).parent / 'migrations' / 'versions'
_QUERY = sa.text('SELECT version_num FROM alembic_version')


class NoAnswer(Exception):
    """The database does not answer."""


class Probe:
    """A connection of its own to the database.

    Those of the requests would wait for longer, and the pool may be empty.

    :param options: the section database of the configuration
    """

    def __init__(self, options):
        url = _url(options)
        self._engine = sa.create_engine(
            url,
            connect_args=_ARGUMENTS.get(url.get_backend_name(), {}),
            pool_size=1,
            max_overflow=-1,
            pool_pre_ping=True,
            pool_recycle=options.connection_recycle_time,
        )

    def revision(self) -> str:
        """Read the revision of the schema; empty when there is none.

        :raises NoAnswer: the database does not answer
        """
        try:
            with self._engine.connect() as connection:
                return connection.scalar(_QUERY) or ''
        except sa.exc.SQLAlchemyError as error:
            raise NoAnswer(str(error)) from error


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

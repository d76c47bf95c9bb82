# SPDX-License-Identifier: Apache-2.0
"""Types and columns that the tables are built of.

Rows are deleted, not marked as deleted.  Text is UTF-8 of up to four bytes;
names compare by code point, but MariaDB and MySQL ignore spaces at the end.
Times are UTC without a zone, with microseconds.
"""

import typing

from oslo_db.sqlalchemy import types as db_types
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql

Id = sa.String(36)
Name = sa.String(255).with_variant(sa.String(255, collation='C'), 'postgresql')
Time = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
Json = db_types.JsonEncodedDict(mysql_as_long=True)

#: Makes the names of constraints the same on every database, so that a
#: migration can name them.
NAMING = {
    'ix': 'ix_%(table_name)s_%(column_0_N_name)s',
    'uq': 'uq_%(table_name)s_%(column_0_N_name)s',
    'fk': 'fk_%(table_name)s_%(column_0_N_name)s',
    'pk': 'pk_%(table_name)s',
}


class Base(orm.DeclarativeBase):
    """The base class of all tables."""

    # What it is for all of ours: SQLAlchemy promises less.
    __table__: typing.ClassVar[sa.Table]

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__ = {
        'mysql_engine': 'InnoDB',
        'mysql_charset': 'utf8mb4',
        'mysql_collate': 'utf8mb4_bin',
        'mysql_row_format': 'DYNAMIC',
    }


def table_args(*constraints, **options):
    return (*constraints, {**Base.__table_args__, **options})


def new_id():
    return sa.Column(Id, primary_key=True)


def text(nullable=True, **kwargs):
    return sa.Column(Name, nullable=nullable, **kwargs)


def times():
    return sa.Column(Time, nullable=False), sa.Column(Time)


def lease():
    """Columns of a lease: worker, leased_until, tries."""
    return (
        sa.Column(sa.String(255)),
        sa.Column(Time),
        sa.Column(sa.Integer, nullable=False, default=0, server_default='0'),
    )


def flag():
    """A boolean column that is false by default."""
    return sa.Column(
        sa.Boolean, nullable=False, default=False, server_default=sa.false()
    )


def reference(target, nullable=False, cascade=False, **kwargs):
    rule = 'CASCADE' if cascade else None
    foreign_key = sa.ForeignKey(target, ondelete=rule)
    return sa.Column(foreign_key, nullable=nullable, **kwargs)


def part_of(target):
    return reference(target, cascade=True, primary_key=True)


def indexes(table, rows):
    """Indexes that are named after their columns, without the last, the id."""
    return (
        sa.Index(f'ix_{table}_' + '_'.join(columns[:-1]), *columns)
        for columns in rows
    )

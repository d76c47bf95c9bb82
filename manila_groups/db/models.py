# SPDX-License-Identifier: Apache-2.0
"""The tables.

Rows are deleted for good.  Text is UTF-8 of up to four bytes; names compare
by code point, but on MariaDB and MySQL spaces at the end do not count.  Times
are UTC without a zone and hold microseconds.
"""

from oslo_db.sqlalchemy import types as db_types
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

Id = sa.String(36)
Name = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)
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
    """What all tables have in common."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__ = {
        'mysql_engine': 'InnoDB',
        'mysql_charset': 'utf8mb4',
        'mysql_collate': 'utf8mb4_bin',
        'mysql_row_format': 'DYNAMIC',
    }


def _table_args(*constraints, **options):
    return (*constraints, {**Base.__table_args__, **options})


def _id():
    return sa.Column(Id, primary_key=True)


def _text(nullable=True, **kwargs):
    return sa.Column(Name, nullable=nullable, **kwargs)


def _times():
    return sa.Column(Time, nullable=False), sa.Column(Time)


def _reference(target, nullable=False, cascade=False, **kwargs):
    rule = 'CASCADE' if cascade else None
    foreign_key = sa.ForeignKey(target, ondelete=rule)
    return sa.Column(foreign_key, nullable=nullable, **kwargs)


def _part_of(target):
    return _reference(target, cascade=True, primary_key=True)


class AvailabilityZone(Base):
    __tablename__ = 'availability_zones'
    id = _id()
    name = _text(nullable=False, unique=True)
    created_at, updated_at = _times()


class Service(Base):
    """A running scheduler or back end; updated_at is its heartbeat.

    pools_generation grows with every change of one of its pools, which
    tells a scheduler what it has to read again.  So that it never takes one
    service for another, an id is not used again.
    """

    __tablename__ = 'services'
    id = sa.Column(sa.Integer, primary_key=True, autoincrement=True)
    binary = _text(nullable=False)
    host = _text(nullable=False)
    availability_zone_id = _reference('availability_zones.id')
    disabled = sa.Column(sa.Boolean, nullable=False, default=False)
    disabled_reason = _text()
    pools_generation = sa.Column(sa.BigInteger, nullable=False, default=0)
    created_at, updated_at = _times()
    __table_args__ = _table_args(
        sa.UniqueConstraint('host', 'binary'), sqlite_autoincrement=True
    )


class Pool(Base):
    """One unit of capacity; report is what its back end said of it last."""

    __tablename__ = 'pools'
    id = sa.Column(sa.Integer, primary_key=True, autoincrement=True)
    service_id = _reference('services.id', cascade=True, index=True)
    name = _text(nullable=False, unique=True)
    report = sa.Column(Json, nullable=False)
    share_groups = sa.Column(sa.Integer, nullable=False, default=0)
    created_at, updated_at = _times()


class ShareType(Base):
    __tablename__ = 'share_types'
    id = _id()
    name = _text(nullable=False, unique=True)
    description = _text()
    is_public = sa.Column(sa.Boolean, nullable=False, default=True)
    created_at, updated_at = _times()
    __table_args__ = _table_args(sa.Index(None, 'created_at', 'id'))


class ShareTypeSpec(Base):
    __tablename__ = 'share_type_extra_specs'
    type_id = _part_of('share_types.id')
    spec_key = _text(nullable=False, primary_key=True)
    spec_value = _text(nullable=False)
    __table_args__ = _table_args(
        sa.Index(
            'ix_share_type_extra_specs_key_value',
            'spec_key',
            'spec_value',
        )
    )


class ShareTypeProject(Base):
    __tablename__ = 'share_type_projects'
    type_id = _part_of('share_types.id')
    project_id = _text(nullable=False, primary_key=True, index=True)


class ShareGroupType(Base):
    __tablename__ = 'share_group_types'
    id = _id()
    name = _text(nullable=False, unique=True)
    is_public = sa.Column(sa.Boolean, nullable=False, default=True)
    created_at, updated_at = _times()
    __table_args__ = _table_args(sa.Index(None, 'created_at', 'id'))


class ShareGroupTypeSpec(Base):
    __tablename__ = 'share_group_type_specs'
    type_id = _part_of('share_group_types.id')
    spec_key = _text(nullable=False, primary_key=True)
    spec_value = _text(nullable=False)
    __table_args__ = _table_args(
        sa.Index(
            'ix_share_group_type_specs_key_value',
            'spec_key',
            'spec_value',
        )
    )


class ShareGroupTypeProject(Base):
    __tablename__ = 'share_group_type_projects'
    type_id = _part_of('share_group_types.id')
    project_id = _text(nullable=False, primary_key=True, index=True)


class ShareGroupTypeShareType(Base):
    """A share type that groups of a share group type may hold."""

    __tablename__ = 'share_group_type_share_types'
    share_group_type_id = _part_of('share_group_types.id')
    share_type_id = _reference('share_types.id', primary_key=True, index=True)


#: What a list is read with.  Within a project, and by whatever key but the
#: zone's name, which comes from another table, rows come in the list's order,
#: (key, id), from an index.  The indexes that have created_at before the id
#: are for filters, in the default order; a list of all projects by another
#: key than created_at and name takes them too, and sorts within equal keys.
SHARE_GROUP_INDEXES = (
    ('project_id', 'id'),
    ('project_id', 'created_at', 'id'),
    ('project_id', 'name', 'id'),
    ('project_id', 'status', 'created_at', 'id'),
    ('project_id', 'status', 'id'),
    ('project_id', 'host', 'id'),
    ('project_id', 'user_id', 'id'),
    ('project_id', 'share_network_id', 'id'),
    ('project_id', 'share_group_type_id', 'id'),
    ('project_id', 'source_share_group_snapshot_id', 'id'),
    ('created_at', 'id'),
    ('name', 'id'),
    ('name', 'created_at', 'id'),
    ('status', 'created_at', 'id'),
    ('host', 'created_at', 'id'),
    ('user_id', 'created_at', 'id'),
    ('description', 'created_at', 'id'),
    ('share_server_id', 'created_at', 'id'),
    ('share_network_id', 'created_at', 'id'),
    ('share_group_type_id', 'created_at', 'id'),
    ('source_share_group_snapshot_id', 'created_at', 'id'),
    ('availability_zone_id', 'created_at', 'id'),
)


class ShareGroup(Base):
    """Shares placed and snapshotted together.

    stepped_at is when the service itself last moved the group a step on; it
    is what a reconciler measures the wait by.  NULL tells that a status was
    set by hand and that no work belongs to it.
    """

    __tablename__ = 'share_groups'
    id = _id()
    project_id = _text(nullable=False)
    user_id = _text()
    request_id = _text()
    name = _text()
    description = _text()
    status = sa.Column(sa.String(32), nullable=False)
    host = _text()
    share_group_type_id = _reference('share_group_types.id')
    source_share_group_snapshot_id = sa.Column(Id)
    share_network_id = sa.Column(Id)
    share_server_id = sa.Column(Id)
    requested_zone_id = _reference('availability_zones.id', nullable=True)
    availability_zone_id = _reference('availability_zones.id', nullable=True)
    consistent_snapshot_support = sa.Column(sa.String(32))
    created_at, updated_at = _times()
    stepped_at = sa.Column(Time)
    __table_args__ = _table_args(
        *(
            sa.Index('ix_share_groups_' + '_'.join(columns[:-1]), *columns)
            for columns in SHARE_GROUP_INDEXES
        )
    )


class ShareGroupShareType(Base):
    """A share type of the shares that a group may hold."""

    __tablename__ = 'share_group_share_types'
    share_group_id = _part_of('share_groups.id')
    share_type_id = _reference('share_types.id', primary_key=True, index=True)


class ShareGroupAttempt(Base):
    """A pool that failed to create a group, and is not tried again.

    Not tied to the group's row: what the pool may still have of the group
    has to be removed, also when the group is gone.
    """

    __tablename__ = 'share_group_attempts'
    share_group_id = _id()
    pool = _text(nullable=False, primary_key=True, index=True)
    project_id = _text(nullable=False)
    cleaned = sa.Column(sa.Boolean, nullable=False)


class ShareGroupSnapshot(Base):
    __tablename__ = 'share_group_snapshots'
    id = _id()
    project_id = _text(nullable=False)
    user_id = _text()
    share_group_id = _reference('share_groups.id', index=True)
    name = _text()
    description = _text()
    status = sa.Column(sa.String(32), nullable=False)
    created_at, updated_at = _times()
    stepped_at = sa.Column(Time)


class Share(Base):
    __tablename__ = 'shares'
    id = _id()
    project_id = _text(nullable=False)
    user_id = _text()
    share_group_id = _reference('share_groups.id', True, index=True)
    share_type_id = _reference('share_types.id', index=True)
    snapshot_id = sa.Column(Id, index=True)
    source_share_group_snapshot_member_id = sa.Column(Id, index=True)
    name = _text()
    description = _text()
    size = sa.Column(sa.Integer, nullable=False)
    share_proto = sa.Column(sa.String(32), nullable=False)
    status = sa.Column(sa.String(32), nullable=False)
    host = _text()
    is_public = sa.Column(sa.Boolean, nullable=False, default=False)
    share_network_id = sa.Column(Id)
    availability_zone_id = _reference('availability_zones.id', nullable=True)
    created_at, updated_at = _times()
    stepped_at = sa.Column(Time)


class ShareGroupSnapshotMember(Base):
    __tablename__ = 'share_group_snapshot_members'
    id = _id()
    share_group_snapshot_id = _reference(
        'share_group_snapshots.id', cascade=True, index=True
    )
    share_id = _reference('shares.id', index=True)
    project_id = _text(nullable=False)
    user_id = _text()
    size = sa.Column(sa.Integer, nullable=False)
    share_proto = sa.Column(sa.String(32), nullable=False)
    created_at, updated_at = _times()


class QuotaLimit(Base):
    """A project's own limit; -1 is unlimited."""

    __tablename__ = 'quota_limits'
    project_id = _text(nullable=False, primary_key=True)
    resource = sa.Column(sa.String(64), primary_key=True)
    hard_limit = sa.Column(sa.BigInteger, nullable=False)


class QuotaUsage(Base):
    """What a project has of a resource, counted with the rows themselves."""

    __tablename__ = 'quota_usages'
    project_id = _text(nullable=False, primary_key=True)
    resource = sa.Column(sa.String(64), primary_key=True)
    in_use = sa.Column(sa.BigInteger, nullable=False)


class Message(Base):
    """Why an asynchronous step failed, in words for the project's users."""

    __tablename__ = 'messages'
    id = _id()
    project_id = _text(nullable=False)
    request_id = _text(index=True)
    resource_type = sa.Column(sa.String(64), nullable=False)
    resource_id = sa.Column(Id, nullable=False, index=True)
    action_id = sa.Column(sa.String(10), nullable=False)
    detail_id = sa.Column(sa.String(10), nullable=False)
    message_level = sa.Column(sa.String(64), nullable=False)
    user_message = sa.Column(sa.Text, nullable=False)
    created_at = sa.Column(Time, nullable=False)
    expires_at = sa.Column(Time, nullable=False, index=True)
    __table_args__ = _table_args(
        sa.Index(
            'ix_messages_project_id_created_at',
            'project_id',
            'created_at',
            'id',
        ),
        sa.Index(None, 'created_at', 'id'),
    )

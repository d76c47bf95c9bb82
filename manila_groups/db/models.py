# SPDX-License-Identifier: Apache-2.0
"""The tables."""

import sqlalchemy as sa

from manila_groups.db import backup_tables
from manila_groups.db import columns
from manila_groups.db import indexes
from manila_groups.db import operation_table

Base = columns.Base
Operation = operation_table.Operation
ShareGroupBackup = backup_tables.ShareGroupBackup
ShareGroupBackupMember = backup_tables.ShareGroupBackupMember
ShareGroupBackupPolicy = backup_tables.ShareGroupBackupPolicy


class AvailabilityZone(columns.Base):
    __tablename__ = 'availability_zones'
    id = columns.new_id()
    name = columns.text(nullable=False, unique=True)
    created_at, updated_at = columns.times()


class Service(columns.Base):
    """A running scheduler or back end; updated_at is its heartbeat.

    down_reason is why a back end cannot work although its process runs.
    pools_generation grows with every change of one of its pools: schedulers
    read the pools again when it has changed.  Ids are never reused, so that a
    scheduler cannot mistake a new service for an old one.
    """

    __tablename__ = 'services'
    id = sa.Column(sa.Integer, primary_key=True, autoincrement=True)
    binary = columns.text(nullable=False)
    host = columns.text(nullable=False)
    availability_zone_id = columns.reference('availability_zones.id')
    disabled = sa.Column(sa.Boolean, nullable=False, default=False)
    disabled_reason = columns.text()
    down_reason = sa.Column(sa.Text)
    pools_generation = sa.Column(sa.BigInteger, nullable=False, default=0)
    created_at, updated_at = columns.times()
    __table_args__ = columns.table_args(
        sa.UniqueConstraint('host', 'binary'), sqlite_autoincrement=True
    )


class Pool(columns.Base):
    """One unit of capacity; report is its back end's last report of it.

    claimed_gb is the sum of its shares' claims, in GiB.  A claim beyond
    claimable_gb is refused; NULL means no limit.
    """

    __tablename__ = 'pools'
    id = sa.Column(sa.Integer, primary_key=True, autoincrement=True)
    service_id = columns.reference('services.id', cascade=True, index=True)
    name = columns.text(nullable=False, unique=True)
    report = sa.Column(columns.Json, nullable=False)
    share_groups = sa.Column(sa.Integer, nullable=False, default=0)
    claimed_gb = sa.Column(sa.BigInteger, nullable=False, default=0)
    claimable_gb: sa.Column[float] = sa.Column(sa.Double())
    created_at, updated_at = columns.times()


class ShareType(columns.Base):
    __tablename__ = 'share_types'
    id = columns.new_id()
    name = columns.text(nullable=False, unique=True)
    description = columns.text()
    is_public = sa.Column(sa.Boolean, nullable=False, default=True)
    created_at, updated_at = columns.times()
    __table_args__ = columns.table_args(sa.Index(None, 'created_at', 'id'))


class ShareTypeSpec(columns.Base):
    __tablename__ = 'share_type_extra_specs'
    type_id = columns.part_of('share_types.id')
    spec_key = columns.text(nullable=False, primary_key=True)
    spec_value = columns.text(nullable=False)
    __table_args__ = columns.table_args(
        sa.Index(
            'ix_share_type_extra_specs_key_value',
            'spec_key',
            'spec_value',
        )
    )


class ShareTypeProject(columns.Base):
    __tablename__ = 'share_type_projects'
    type_id = columns.part_of('share_types.id')
    project_id = columns.text(nullable=False, primary_key=True, index=True)


class ShareGroupType(columns.Base):
    __tablename__ = 'share_group_types'
    id = columns.new_id()
    name = columns.text(nullable=False, unique=True)
    description = columns.text()
    is_public = sa.Column(sa.Boolean, nullable=False, default=True)
    created_at, updated_at = columns.times()
    __table_args__ = columns.table_args(sa.Index(None, 'created_at', 'id'))


class ShareGroupTypeSpec(columns.Base):
    __tablename__ = 'share_group_type_specs'
    type_id = columns.part_of('share_group_types.id')
    spec_key = columns.text(nullable=False, primary_key=True)
    spec_value = columns.text(nullable=False)
    __table_args__ = columns.table_args(
        sa.Index(
            'ix_share_group_type_specs_key_value',
            'spec_key',
            'spec_value',
        )
    )


class ShareGroupTypeProject(columns.Base):
    __tablename__ = 'share_group_type_projects'
    type_id = columns.part_of('share_group_types.id')
    project_id = columns.text(nullable=False, primary_key=True, index=True)


class ShareGroupTypeShareType(columns.Base):
    """A share type that groups of a share group type may contain."""

    __tablename__ = 'share_group_type_share_types'
    share_group_type_id = columns.part_of('share_group_types.id')
    share_type_id = columns.reference(
        'share_types.id', primary_key=True, index=True
    )


class ShareGroup(columns.Base):
    """Shares that are placed and snapshotted together.

    stepped_at is the time of the service's last transition of the row; a
    reconciler measures the wait by it.  NULL has two meanings: the status was
    set by hand, and no work belongs to it; or, in a share or a snapshot, the
    row is being deleted with its group, and the work is the group's.

    worker is the process that has a lease on the work, which expires at
    leased_until unless it is renewed; tries counts the leases since the last
    transition.  forced means that a deletion has to end, whether or not the
    back end can carry it out now.

    scheduler_hints are kept for each time that the group is placed; NULL in a
    row of the release before.
    """

    __tablename__ = 'share_groups'
    id = columns.new_id()
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    request_id = columns.text()
    name = columns.text()
    description = columns.text()
    status = sa.Column(sa.String(32), nullable=False)
    host = columns.text()
    share_group_type_id = columns.reference('share_group_types.id')
    source_share_group_snapshot_id = sa.Column(columns.Id)
    source_share_group_id = sa.Column(columns.Id)
    source_share_group_backup_id = sa.Column(columns.Id)
    share_network_id = sa.Column(columns.Id)
    share_server_id = sa.Column(columns.Id)
    requested_zone_id = columns.reference(
        'availability_zones.id', nullable=True
    )
    availability_zone_id = columns.reference(
        'availability_zones.id', nullable=True
    )
    consistent_snapshot_support = sa.Column(sa.String(32))
    created_at, updated_at = columns.times()
    stepped_at = sa.Column(columns.Time)
    worker, leased_until, tries = columns.lease()
    forced = columns.flag()
    scheduler_hints = sa.Column(columns.Json, default=dict)
    __table_args__ = columns.table_args(
        *columns.indexes('share_groups', indexes.SHARE_GROUP_INDEXES)
    )


class ShareGroupShareType(columns.Base):
    """A share type that a group's shares may have."""

    __tablename__ = 'share_group_share_types'
    share_group_id = columns.part_of('share_groups.id')
    share_type_id = columns.reference(
        'share_types.id', primary_key=True, index=True
    )


class Attempt(columns.Base):
    """A pool that failed to create or to delete a resource.

    The scheduler does not choose the pool again for the creation.  There is no
    foreign key to the resource: the pool has to clean up after it also when
    its row is gone.  share_group_id is the group that it was in.
    """

    __tablename__ = 'attempts'
    resource_id = columns.new_id()
    pool = columns.text(nullable=False, primary_key=True, index=True)
    kind = sa.Column(sa.String(32), nullable=False)
    project_id = columns.text(nullable=False)
    share_group_id = sa.Column(columns.Id)
    cleaned = sa.Column(sa.Boolean, nullable=False)


class ShareGroupSnapshot(columns.Base):
    """The shares of a group as they were at one moment."""

    __tablename__ = 'share_group_snapshots'
    id = columns.new_id()
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    request_id = columns.text()
    share_group_id = columns.reference('share_groups.id')
    name = columns.text()
    description = columns.text()
    status = sa.Column(sa.String(32), nullable=False)
    created_at, updated_at = columns.times()
    stepped_at = sa.Column(columns.Time)
    worker, leased_until, tries = columns.lease()
    forced = columns.flag()
    __table_args__ = columns.table_args(
        *columns.indexes(
            'share_group_snapshots', indexes.SHARE_GROUP_SNAPSHOT_INDEXES
        )
    )


class Share(columns.Base):
    """A file system that clients mount, in a group or alone.

    quota_gb is its part of the used quota of gigabytes, claimed_gb its claim
    in its pool; both are more than its size while it grows.  new_size is the
    size that it is being resized to.
    """

    __tablename__ = 'shares'
    id = columns.new_id()
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    request_id = columns.text()
    share_group_id = columns.reference('share_groups.id', True)
    share_type_id = columns.reference('share_types.id')
    snapshot_id = sa.Column(columns.Id)
    source_share_group_snapshot_member_id = sa.Column(columns.Id)
    source_share_id = sa.Column(columns.Id)
    source_share_group_backup_member_id = sa.Column(columns.Id)
    name = columns.text()
    description = columns.text()
    size = sa.Column(sa.Integer, nullable=False)
    new_size = sa.Column(sa.Integer)
    quota_gb = sa.Column(sa.Integer, nullable=False)
    claimed_gb = sa.Column(sa.Integer, nullable=False, default=0)
    share_proto = sa.Column(sa.String(32), nullable=False)
    status = sa.Column(sa.String(64), nullable=False)
    access_rules_status = sa.Column(sa.String(32), nullable=False)
    host = columns.text()
    is_public = sa.Column(sa.Boolean, nullable=False, default=False)
    share_network_id = sa.Column(columns.Id)
    share_server_id = sa.Column(columns.Id)
    requested_zone_id = columns.reference(
        'availability_zones.id', nullable=True
    )
    availability_zone_id = columns.reference(
        'availability_zones.id', nullable=True
    )
    created_at, updated_at = columns.times()
    stepped_at = sa.Column(columns.Time)
    worker, leased_until, tries = columns.lease()
    forced = columns.flag()
    scheduler_hints = sa.Column(columns.Json, default=dict)
    __table_args__ = columns.table_args(
        *columns.indexes('shares', indexes.SHARE_INDEXES)
    )


class ShareMetadata(columns.Base):
    __tablename__ = 'share_metadata'
    share_id = columns.part_of('shares.id')
    meta_key = columns.text(nullable=False, primary_key=True)
    meta_value = sa.Column(sa.String(1023), nullable=False)


class ShareExportLocation(columns.Base):
    """A path under which clients mount a share."""

    __tablename__ = 'share_export_locations'
    id = columns.new_id()
    share_id = columns.reference('shares.id', cascade=True, index=True)
    path = sa.Column(sa.String(2000), nullable=False)
    preferred = sa.Column(sa.Boolean, nullable=False)
    is_admin_only = sa.Column(sa.Boolean, nullable=False)
    created_at, updated_at = columns.times()


class ShareAccessRule(columns.Base):
    """Who may mount a share; stepped_at and the lease are as in ShareGroup."""

    __tablename__ = 'share_access_rules'
    id = columns.new_id()
    share_id = columns.reference('shares.id', cascade=True)
    access_type = sa.Column(sa.String(32), nullable=False)
    access_to = columns.text(nullable=False)
    access_level = sa.Column(sa.String(2), nullable=False)
    state = sa.Column(sa.String(32), nullable=False)
    request_id = columns.text()
    created_at, updated_at = columns.times()
    stepped_at = sa.Column(columns.Time)
    worker, leased_until, tries = columns.lease()
    __table_args__ = columns.table_args(
        sa.UniqueConstraint('share_id', 'access_type', 'access_to'),
        sa.Index(None, 'state', 'stepped_at'),
    )


class ShareAccessRuleMetadata(columns.Base):
    __tablename__ = 'share_access_rule_metadata'
    rule_id = columns.part_of('share_access_rules.id')
    meta_key = columns.text(nullable=False, primary_key=True)
    meta_value = sa.Column(sa.String(1023), nullable=False)


class ShareGroupSnapshotMember(columns.Base):
    """One share of a group snapshot."""

    __tablename__ = 'share_group_snapshot_members'
    id = columns.new_id()
    share_group_snapshot_id = columns.reference(
        'share_group_snapshots.id', cascade=True, index=True
    )
    share_id = columns.reference('shares.id', index=True)
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    share_type_id = columns.reference('share_types.id', index=True)
    size = sa.Column(sa.Integer, nullable=False)
    share_proto = sa.Column(sa.String(32), nullable=False)
    created_at, updated_at = columns.times()


class ShareNetwork(columns.Base):
    """A network from which clients reach shares.

    holds has no meaning of its own: a transaction that refers to the network,
    or that deletes it or a subnet, changes holds to lock the row.
    """

    __tablename__ = 'share_networks'
    id = columns.new_id()
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    name = columns.text()
    description = columns.text()
    holds = sa.Column(sa.BigInteger, nullable=False, default=0)
    created_at, updated_at = columns.times()
    __table_args__ = columns.table_args(
        sa.Index('ix_share_networks_project_id', 'project_id', 'id'),
        sa.Index(
            'ix_share_networks_project_id_created_at',
            'project_id',
            'created_at',
            'id',
        ),
        sa.Index(
            'ix_share_networks_project_id_name', 'project_id', 'name', 'id'
        ),
        sa.Index(None, 'created_at', 'id'),
        sa.Index(None, 'name', 'id'),
    )


class ShareNetworkSubnet(columns.Base):
    """A share network in one zone, or in all zones without a subnet."""

    __tablename__ = 'share_network_subnets'
    id = columns.new_id()
    share_network_id = columns.reference(
        'share_networks.id', cascade=True, index=True
    )
    availability_zone_id = columns.reference(
        'availability_zones.id', nullable=True
    )
    neutron_net_id = columns.text(index=True)
    neutron_subnet_id = columns.text(index=True)
    network_type = sa.Column(sa.String(32))
    segmentation_id = sa.Column(sa.Integer)
    cidr = sa.Column(sa.String(64))
    ip_version = sa.Column(sa.Integer)
    gateway = sa.Column(sa.String(64))
    mtu = sa.Column(sa.Integer)
    created_at, updated_at = columns.times()


def _scope():
    """Columns of a quota's owner: a project, or a user or share type in it.

    The columns that do not apply are empty: NULL cannot be in a key.
    """
    return (
        columns.text(nullable=False, primary_key=True),
        columns.text(nullable=False, primary_key=True, default=''),
        sa.Column(columns.Id, primary_key=True, default=''),
        sa.Column(sa.String(64), primary_key=True),
    )


class QuotaLimit(columns.Base):
    """A limit that was set for a project, or a user or share type in it.

    -1 is unlimited.
    """

    __tablename__ = 'quota_limits'
    project_id, user_id, share_type_id, resource = _scope()
    hard_limit = sa.Column(sa.BigInteger, nullable=False)


class QuotaUsage(columns.Base):
    """The usage of a quota, changed in the transactions that change rows."""

    __tablename__ = 'quota_usages'
    project_id, user_id, share_type_id, resource = _scope()
    in_use = sa.Column(sa.BigInteger, nullable=False)


class Message(columns.Base):
    """Why an operation failed after its request was accepted, for users."""

    __tablename__ = 'messages'
    id = columns.new_id()
    project_id = columns.text(nullable=False)
    request_id = columns.text(index=True)
    resource_type = sa.Column(sa.String(64), nullable=False)
    resource_id = sa.Column(columns.Id, nullable=False, index=True)
    action_id = sa.Column(sa.String(10), nullable=False)
    detail_id = sa.Column(sa.String(10), nullable=False)
    message_level = sa.Column(sa.String(64), nullable=False)
    user_message = sa.Column(sa.Text, nullable=False)
    created_at = sa.Column(columns.Time, nullable=False)
    expires_at = sa.Column(columns.Time, nullable=False, index=True)
    __table_args__ = columns.table_args(
        sa.Index(
            'ix_messages_project_id_created_at',
            'project_id',
            'created_at',
            'id',
        ),
        sa.Index(None, 'created_at', 'id'),
    )


class IdempotencyKey(columns.Base):
    """What a request with the header Idempotency-Key has created.

    It is written in the transaction that has created it. digest is that of
    the request, in hexadecimal digits.
    """

    __tablename__ = 'idempotency_keys'
    project_id = columns.text(nullable=False, primary_key=True)
    idempotency_key = columns.text(nullable=False, primary_key=True)
    digest = sa.Column(sa.String(64), nullable=False)
    kind = sa.Column(sa.String(32), nullable=False)
    resource_id = sa.Column(columns.Id, nullable=False)
    created_at = sa.Column(columns.Time, nullable=False, index=True)

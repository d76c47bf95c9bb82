# SPDX-License-Identifier: Apache-2.0
"""Records: plain immutable data, which the functions of db return."""

from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any
from typing import NamedTuple

#: What is counted of what is done.
BYTES, SHARES = UNITS = ('bytes', 'shares')


class Done(NamedTuple):
    """How much of how much is done.

    :ivar unit: one of UNITS; None where nobody knows
    """

    done: int
    total: int
    unit: str | None

    @property
    def percent(self) -> int:
        if self.done >= self.total:
            return 100
        return max(0, 100 * self.done // self.total)

    def in_bytes(self) -> tuple[int, int] | tuple[None, None]:
        """Return both where they are bytes."""
        if self.unit != BYTES:
            return None, None
        return max(0, min(self.done, self.total)), self.total


@dataclasses.dataclass(frozen=True, slots=True)
class AvailabilityZone:
    """A zone that a back end or a scheduler is in."""

    id: str
    name: str
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """A scheduler or a back end.

    :ivar updated_at: its last heartbeat
    :ivar down_reason: why it cannot work nevertheless; None when it can
    """

    id: int
    binary: str
    host: str
    zone: str
    disabled: bool
    disabled_reason: str | None
    pools_generation: int
    updated_at: datetime.datetime
    down_reason: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Pool:
    """A pool, with its back end's last report.

    :ivar name: host@backend#pool
    :ivar report: total_capacity_gb, free_capacity_gb, reserved_percentage,
        capabilities, group_capabilities
    :ivar share_groups: how many share groups are placed in it
    :ivar claimed_gb: what its shares claim, in GiB
    :ivar claimable_gb: what they may claim in all, in GiB; None is no limit
    """

    id: int
    service_id: int
    name: str
    report: Mapping[str, Any]
    share_groups: int
    claimed_gb: int
    claimable_gb: float | None
    updated_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """The fields of a share group that short lists show."""

    id: str
    name: str | None
    status: str
    description: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Type:
    """A share type or a share group type.

    :ivar specs: extra specs of a share type, group specs of a group type
    :ivar share_types: ids that a group type allows; empty for a share type
    """

    id: str
    name: str
    is_public: bool
    created_at: datetime.datetime
    updated_at: datetime.datetime | None = None
    description: str | None = None
    specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    share_types: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroup:
    """A share group; availability zones are names, share_types ids.

    :ivar scheduler_hints: as the API has them; None if the row is one of the
        release before
    """

    id: str
    project_id: str
    user_id: str | None
    request_id: str | None
    name: str | None
    description: str | None
    status: str
    host: str | None
    share_group_type_id: str
    source_share_group_snapshot_id: str | None
    source_share_group_id: str | None
    source_share_group_backup_id: str | None
    share_network_id: str | None
    share_server_id: str | None
    requested_zone_id: str | None
    availability_zone: str | None
    consistent_snapshot_support: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    stepped_at: datetime.datetime | None
    worker: str | None
    leased_until: datetime.datetime | None
    tries: int
    forced: bool
    share_types: tuple[str, ...] = ()
    scheduler_hints: Mapping[str, Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A share group or a share that a scheduler hint names.

    :ivar kind: which of the two, as in states
    """

    id: str
    kind: str
    project_id: str
    is_public: bool
    status: str
    host: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """A share; availability_zone is a name, sizes are in GiB.

    :ivar new_size: the size that it is being resized to
    :ivar quota_gb: its part of the used quota of gigabytes
    :ivar claimed_gb: its claim in its pool
    :ivar scheduler_hints: as those of a share group
    """

    id: str
    project_id: str
    user_id: str | None
    request_id: str | None
    share_group_id: str | None
    share_type_id: str
    snapshot_id: str | None
    source_share_group_snapshot_member_id: str | None
    source_share_id: str | None
    source_share_group_backup_member_id: str | None
    name: str | None
    description: str | None
    size: int
    new_size: int | None
    quota_gb: int
    claimed_gb: int
    share_proto: str
    status: str
    access_rules_status: str
    host: str | None
    is_public: bool
    share_network_id: str | None
    share_server_id: str | None
    requested_zone_id: str | None
    availability_zone: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    stepped_at: datetime.datetime | None
    worker: str | None
    leased_until: datetime.datetime | None
    tries: int
    forced: bool
    share_type_name: str
    share_type_specs: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    scheduler_hints: Mapping[str, Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One verb at work on one resource.

    :ivar kind: of the resource, as in states
    :ivar exclusive_id: the resource's id, unless the verb lets others begin
    :ivar queue_id: operations with the same one run one after the other
    :ivar parent_id: the operation that began this one
    :ivar runs_at: who does the present step: 'schedulers' or host@backend
    :ivar payload: what only this verb knows
    :ivar progress: how far the present step is: done, total and their unit
    :ivar forced: whether it has to end without its back end, if necessary
    :ivar reason: why its last try did not succeed
    :ivar moved_at: the time of its last step or progress
    :ivar not_before: when it is due, if it was put off
    :ivar worker: the process that has claimed it
    :ivar tries: how often the present step was claimed
    """

    id: int
    kind: str
    resource_id: str
    exclusive_id: str | None
    queue_id: str
    parent_id: int | None
    verb: str
    step: str
    runs_at: str
    payload: Mapping[str, Any]
    progress: Mapping[str, Any] | None
    project_id: str | None
    user_id: str | None
    request_id: str | None
    forced: bool
    reason: str | None
    created_at: datetime.datetime
    moved_at: datetime.datetime
    not_before: datetime.datetime | None
    worker: str | None
    leased_until: datetime.datetime | None
    tries: int


@dataclasses.dataclass(frozen=True, slots=True)
class ExportLocation:
    """A path under which clients mount a share."""

    id: str
    share_id: str
    path: str
    preferred: bool
    is_admin_only: bool
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may mount a share."""

    id: str
    share_id: str
    access_type: str
    access_to: str
    access_level: str
    state: str
    request_id: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    stepped_at: datetime.datetime | None
    worker: str | None
    leased_until: datetime.datetime | None
    tries: int
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroupSnapshotMember:
    """One share of a group snapshot, as it was; size is in GiB."""

    id: str
    share_group_snapshot_id: str
    share_id: str
    project_id: str
    user_id: str | None
    share_type_id: str
    size: int
    share_proto: str
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroupSnapshot:
    """A snapshot of a share group.

    :ivar host: the pool of the group
    """

    id: str
    project_id: str
    user_id: str | None
    request_id: str | None
    share_group_id: str
    name: str | None
    description: str | None
    status: str
    host: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    stepped_at: datetime.datetime | None
    worker: str | None
    leased_until: datetime.datetime | None
    tries: int
    forced: bool
    members: tuple[ShareGroupSnapshotMember, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroupBackupMember:
    """One share of a group's backup, as it was; size is in GiB.

    :ivar name: that of the share
    """

    id: str
    share_group_backup_id: str
    project_id: str
    user_id: str | None
    share_id: str
    name: str | None
    size: int
    share_proto: str
    share_type_id: str
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroupBackup:
    """A backup of a share group, which may be gone; sizes are in bytes.

    :ivar restoring_share_group_id: the group whose shares get its content
    :ivar has_moment: whether its back end may have a snapshot only for it
    :ivar is_unverified: whether only a record tells that it exists
    :ivar is_scheduled: whether a policy has begun it, and may end it
    :ivar taken_at: the moment that it shows
    :ivar consistent: whether it shows all shares at one moment
    :ivar size: the sum of the sizes of its members, in GiB
    :ivar data_size: of all files; None before it is known
    :ivar sent_size: of what was added to the repository for it
    :ivar is_incremental: whether only what had changed since another backup
        was read
    :ivar reference: what the engine calls it
    :ivar manifest: what is stored with it, and is not in the members
    :ivar host: the pool whose back end deals with it
    :ivar progress: how much is done, while it is being made
    :ivar restore_progress: likewise, while it is being restored
    """

    id: str
    project_id: str
    user_id: str | None
    request_id: str | None
    name: str | None
    description: str | None
    status: str
    share_group_id: str | None
    share_group_type_id: str | None
    source_share_group_snapshot_id: str | None
    restoring_share_group_id: str | None
    has_moment: bool
    is_unverified: bool
    is_scheduled: bool
    taken_at: datetime.datetime | None
    consistent: bool | None
    size: int
    data_size: int | None
    sent_size: int | None
    is_incremental: bool | None
    reference: str | None
    manifest: Mapping[str, Any]
    host: str | None
    availability_zone: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    stepped_at: datetime.datetime | None
    forced: bool
    members: tuple[ShareGroupBackupMember, ...] = ()
    progress: Done | None = None
    restore_progress: Done | None = None

    @property
    def made(self) -> Done | None:
        """How much of it is made; None if that is not known."""
        if self.progress is not None:
            return self.progress
        size = self.data_size
        return None if size is None else Done(size, size, BYTES)


@dataclasses.dataclass(frozen=True, slots=True)
class BackupPolicy:
    """When a share group is backed up, and how many of these are kept.

    :ivar schedule: an expression of cron, in UTC
    :ivar keep_daily: for how many of the last days with backups one is kept
    :ivar last_backup_id: the backup that it has begun last
    :ivar expired_backup_id: the one after whose end others were deleted
    """

    share_group_id: str
    project_id: str
    user_id: str | None
    schedule: str
    keep_daily: int
    keep_weekly: int
    keep_monthly: int
    next_run_at: datetime.datetime
    last_run_at: datetime.datetime | None
    last_backup_id: str | None
    expired_backup_id: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class ShareNetworkSubnet:
    """A share network in one zone; availability_zone is a name.

    A subnet without a zone serves all zones without a subnet of their own.
    """

    id: str
    share_network_id: str
    neutron_net_id: str | None
    neutron_subnet_id: str | None
    network_type: str | None
    segmentation_id: int | None
    cidr: str | None
    ip_version: int | None
    gateway: str | None
    mtu: int | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    availability_zone: str | None
    share_network_name: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class ShareNetwork:
    """A share network with its subnets, the oldest first."""

    id: str
    project_id: str
    user_id: str | None
    name: str | None
    description: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    subnets: tuple[ShareNetworkSubnet, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """Why an operation failed after its request was accepted, for users."""

    id: str
    project_id: str
    request_id: str | None
    resource_type: str
    resource_id: str
    action_id: str
    detail_id: str
    message_level: str
    user_message: str
    created_at: datetime.datetime
    expires_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What a request with the header Idempotency-Key has created.

    :ivar digest: of the request: see api.idempotency
    :ivar kind: the kind of the resource, as events name it
    """

    project_id: str
    idempotency_key: str
    digest: str
    kind: str
    resource_id: str
    created_at: datetime.datetime

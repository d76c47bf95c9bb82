# SPDX-License-Identifier: Apache-2.0
"""What the database functions return: plain immutable data."""

from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class AvailabilityZone:
    """A zone that a back end or a scheduler is in."""

    id: str
    name: str
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """A scheduler or a back end; updated_at is its last sign of life."""

    id: int
    binary: str
    host: str
    zone: str
    disabled: bool
    disabled_reason: str | None
    pools_generation: int
    updated_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Pool:
    """A pool as its back end reported it last.

    :ivar name: host@backend#pool
    :ivar report: total_capacity_gb, free_capacity_gb, reserved_percentage,
        capabilities, group_capabilities
    :ivar share_groups: how many share groups are placed in it
    """

    id: int
    service_id: int
    name: str
    report: Mapping[str, Any]
    share_groups: int
    updated_at: datetime.datetime


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
    description: str | None = None
    specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    share_types: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroup:
    """A share group; availability zones are names, share_types ids."""

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
    share_network_id: str | None
    share_server_id: str | None
    requested_zone_id: str | None
    availability_zone: str | None
    consistent_snapshot_support: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    stepped_at: datetime.datetime | None
    share_types: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """Why an asynchronous step failed, for the users of a project."""

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

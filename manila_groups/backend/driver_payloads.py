# SPDX-License-Identifier: Apache-2.0
"""What a driver is given, and what it answers with."""

from collections.abc import Mapping
import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroup:
    """A share group, as a driver is given it.

    :param id: a UUID in its canonical form: lower case, with hyphens
    :param project_id: the project that owns it
    :param pool: the name of the pool that the scheduler chose
    :param group_specs: the group type's specs; those with a scope
        (``vendor:key``) are for drivers, which ignore unknown scopes
    :param share_network_id: its share network, on a back end with share
        servers; None on others, and in a cleanup after its row is gone
    """

    id: str
    project_id: str
    pool: str
    group_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    share_network_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """A share, as a driver is given it.

    :param id: a UUID in its canonical form
    :param project_id: the project that owns it
    :param pool: the name of its pool, which is also its group's
    :param size_gb: its size in GiB after the call
    :param share_proto: the protocol, such as NFS
    :param share_group_id: its group; None if it is in none
    :param group_size_gb: the sum of the sizes of all shares of the group, in
        GiB, after the call; the share's own size if it is in no group
    :param extra_specs: the share type's specs; those with a scope
        (``vendor:key``) are for drivers
    :param share_network_id: its share network, on a back end with share
        servers; None on others, and in a cleanup after its row is gone
    """

    id: str
    project_id: str
    pool: str
    size_gb: int
    share_proto: str = 'NFS'
    share_group_id: str | None = None
    group_size_gb: int = 0
    extra_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    share_network_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroupSnapshot:
    """A snapshot of a share group, as a driver is given it.

    :param id: a UUID in its canonical form
    :param project_id: the project that owns it
    :param pool: the name of the group's pool
    :param share_group_id: the group
    :param share_ids: the shares that it contains; empty in a cleanup after its
        row is gone
    """

    id: str
    project_id: str
    pool: str
    share_group_id: str
    share_ids: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Clone:
    """A new share, and the share in the snapshot whose data it gets.

    :param share: the new share
    :param source_share_id: the share of the snapshot's group
    """

    share: Share
    source_share_id: str


@dataclasses.dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may mount a share.

    :param access_to: an IPv4 or IPv6 address, or a network in CIDR notation
    :param access_level: ``rw`` or ``ro``
    """

    access_to: str
    access_level: str


@dataclasses.dataclass(frozen=True, slots=True)
class ExportLocation:
    """A path under which clients mount a share.

    :param path: what a client mounts, such as ``192.0.2.1:/exports/a``
    :param preferred: whether clients should choose this one
    :param is_admin_only: whether only administrators see it
    """

    path: str
    preferred: bool = False
    is_admin_only: bool = False

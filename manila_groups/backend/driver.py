# SPDX-License-Identifier: Apache-2.0
"""The interface between the service and a storage system.

A driver is a class that derives from :class:`Driver`. The back end's manager
makes one instance per back end and calls it; the driver knows nothing of the
database, of messages or of the API.
"""

import abc
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import math
from typing import Any

from oslo_config import cfg

from manila_groups import exception

#: A capacity without a limit, and one that the storage does not tell.
INFINITE = 'infinite'
UNKNOWN = 'unknown'

#: GiB, or one of the two words above: JSON has no infinity.
Capacity = float | str

#: Characters of a pool's name: ``host@backend#pool``, with a host of up to 100
#: and a back end of up to 63, is stored in 255.
MAX_NAME = 90


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroup:
    """What a driver is told of a share group.

    :param id: a UUID in its canonical form: lower case, with hyphens
    :param project_id: whose group it is
    :param pool: the name of the pool that the scheduler chose
    :param group_specs: the group type's specs; those with a scope
        (``vendor:key``) are for drivers, which ignore scopes that they
        don't know
    :param share_network_id: the share network that it is in, on a back end
        with share servers; None otherwise, and where it is removed after its
        row is gone
    """

    id: str
    project_id: str
    pool: str
    group_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    share_network_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """What a driver is told of a share.

    :param id: a UUID in its canonical form
    :param project_id: whose share it is
    :param pool: the name of the pool that it is in, which is the group's
    :param size_gb: how much it may hold, in GiB, when the call has ended
    :param share_proto: the protocol, such as NFS
    :param share_group_id: the group that it is in; None when it is alone
    :param group_size_gb: how much all shares of the group may hold together,
        in GiB, when the call has ended; the share's own size when it is alone
    :param extra_specs: the share type's specs; those with a scope
        (``vendor:key``) are for drivers
    :param share_network_id: the share network that it is in, on a back end
        with share servers; None otherwise, and where it is removed after its
        row is gone
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
    """What a driver is told of a snapshot of a share group.

    :param id: a UUID in its canonical form
    :param project_id: whose snapshot it is
    :param pool: the name of the pool that the group is in
    :param share_group_id: the group
    :param share_ids: the shares of the group that it holds; none where it is
        removed after its row is gone
    """

    id: str
    project_id: str
    pool: str
    share_group_id: str
    share_ids: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Clone:
    """A share of a new group, and where its bytes come from.

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
    """Where a share can be mounted from.

    :param path: what a client mounts, such as ``192.0.2.1:/exports/a``
    :param preferred: whether clients do best to use this one
    :param is_admin_only: whether only administrators are shown it
    """

    path: str
    preferred: bool = False
    is_admin_only: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class PoolReport:
    """What a back end says of one of its pools.

    What shares may claim of a pool in all is what is free and what they hold
    already, less what is reserved, times ``max_over_subscription_ratio``.

    :param name: unique in the back end, 1 to 90 characters; the last part of
        ``host@backend#pool``, so without ``@`` and ``#``
    :param total_capacity_gb: in GiB, :data:`INFINITE` or :data:`UNKNOWN`
    :param free_capacity_gb: likewise; what is reserved counts as free
    :param used_capacity_gb: how much of what is not free this back end's own
        shares hold, in GiB; 0 when that is not known
    :param reserved_percentage: percent of the total, 0 to 100
    :param max_over_subscription_ratio: how often the capacity may be promised
    :param capabilities: what share types' extra specs are matched with;
        values are those of JSON
    :param group_capabilities: what group specs are matched with; likewise
    :raises ValueError: if the name or a number can't be used
    """

    name: str
    total_capacity_gb: Capacity
    free_capacity_gb: Capacity
    used_capacity_gb: float = 0
    reserved_percentage: int = 0
    max_over_subscription_ratio: float = 1.0
    capabilities: dict[str, Any] = dataclasses.field(default_factory=dict)
    group_capabilities: dict[str, Any] = dataclasses.field(
        default_factory=dict
    )

    def __post_init__(self):
        _check_name(self.name)
        _check_capacity(self, 'total_capacity_gb')
        _check_capacity(self, 'free_capacity_gb')
        if not 0 <= self.reserved_percentage <= 100:
            raise ValueError(
                f'pool {self.name}: reserved_percentage must be 0 to 100, '
                f'not {self.reserved_percentage!r}'
            )
        _check_at_least(self, 'used_capacity_gb', 0)
        _check_at_least(self, 'max_over_subscription_ratio', 1)

    def claimable_gb(self) -> float | None:
        """How much shares may claim in all, in GiB; None has no limit."""
        total, free = self.total_capacity_gb, self.free_capacity_gb
        if isinstance(free, str):
            return None
        reserved = 0
        if not isinstance(total, str):
            reserved = total * self.reserved_percentage / 100
        usable = max(free + self.used_capacity_gb - reserved, 0)
        return usable * self.max_over_subscription_ratio


def _check_name(name):
    if not isinstance(name, str) or not name or set(name) & set('@#'):
        raise ValueError(
            f'the name of a pool must be text without @ and #, not {name!r}'
        )
    if len(name) > MAX_NAME:
        raise ValueError(
            f'the name of a pool must have at most {MAX_NAME} characters, not '
            f'{len(name)}: {name!r}'
        )


def _check_capacity(pool, field):
    value = getattr(pool, field)
    if isinstance(value, str):
        usable = value in (INFINITE, UNKNOWN)
    else:
        usable = math.isfinite(value) and value >= 0
    if not usable:
        raise ValueError(
            f'pool {pool.name}: {field} must be a number of GiB, '
            f'"{INFINITE}" or "{UNKNOWN}", not {value!r}'
        )


def _check_at_least(pool, field, minimum):
    value = getattr(pool, field)
    if not (math.isfinite(value) and value >= minimum):
        raise ValueError(
            f'pool {pool.name}: {field} must be a number of at least '
            f'{minimum}, not {value!r}'
        )


class Driver(abc.ABC):
    """One back end's storage; derive from this to add a storage system.

    Every method is idempotent: called again for the same id, also after a
    crash in the middle of an earlier call, it leads to the same state. A
    method that can't do its work raises
    :exc:`~manila_groups.exception.DriverError` with a message for the
    operator that says what is wrong and, where possible, what to do.

    Methods are called from several threads, at the same time for different
    share groups, never for the same one, its shares and its snapshots
    included; a share that is in no group has its own turn. :meth:`pools` is
    called at any time.

    :param name: the back end's name, which is its section's
    :param section: the options of that section, ``conf[name]``
    """

    #: Options that the driver adds to its back end's section.
    opts: Iterable[cfg.Opt] = ()

    #: Who made the driver, and which it is: capabilities of every pool.
    vendor_name = 'unknown'
    driver_version = 'unknown'

    def __init__(self, name: str, section: cfg.ConfigOpts.GroupAttr):
        self.name = name
        self.section = section

    def capabilities(self) -> dict[str, Any]:
        """Say what every pool of this back end has in common.

        :returns: the capabilities that each driver reports, for
            :attr:`PoolReport.capabilities` to begin with
        """
        return {
            'share_backend_name': self.section.share_backend_name or self.name,
            'driver_handles_share_servers': False,
            'vendor_name': self.vendor_name,
            'driver_version': self.driver_version,
        }

    @abc.abstractmethod
    def setup(self) -> None:
        """Make sure that the back end can work.

        Called before any other method, and again, later, when it failed.

        :raises DriverError: if the back end can't work; the message names
            the option to change or the thing to repair
        """

    @abc.abstractmethod
    def pools(self) -> list[PoolReport]:
        """Report the pools as they are now; called every few seconds.

        :raises DriverError: if the storage can't be asked
        """

    def share_server(self, share_network_id: str) -> str:
        """Make sure that a share network has a share server on this back end.

        Called before a share group or a share of the network is made, maybe
        at the same time for several of them. A back end has one server for a
        network. Drivers that report the capability
        ``driver_handles_share_servers`` define it.

        :returns: the server's id, a UUID in its canonical form, always the
            same for the same network
        :raises DriverError: if there is no server
        """
        raise exception.DriverError(
            f'back end {self.name} makes no share servers, and the share '
            f'network {share_network_id} needs one; it takes share types '
            'with driver_handles_share_servers false only'
        )

    @abc.abstractmethod
    def create_share_group(self, group: ShareGroup) -> None:
        """Make a share group in its pool; one that is there is left alone.

        :raises DriverError: if the group could not be made; a later
            :meth:`delete_share_group` removes what was made of it
        """

    @abc.abstractmethod
    def delete_share_group(self, group: ShareGroup) -> None:
        """Remove a share group, and what shares are still in it.

        One that is not there is gone already.

        :raises DriverError: if something of the group is still there
        """

    @abc.abstractmethod
    def create_share(self, share: Share) -> list[ExportLocation]:
        """Make a share, in its group or alone; one that is there is kept.

        Nobody may mount it before :meth:`update_access` says who.

        :returns: where it can be mounted from
        :raises DriverError: if the share could not be made; a later
            :meth:`delete_share` removes what was made of it
        """

    @abc.abstractmethod
    def delete_share(self, share: Share) -> None:
        """Remove a share and its export; one that is not there is gone.

        The group's :attr:`~Share.group_size_gb` is without it.

        :raises DriverError: if something of the share is still there
        """

    @abc.abstractmethod
    def resize_share(self, share: Share) -> None:
        """Let a share hold as much as its size_gb says, more or less.

        :raises PossibleDataLoss: if it holds more than that already; nothing
            has changed then
        :raises DriverError: if it could not be done
        """

    @abc.abstractmethod
    def create_share_group_snapshot(
        self, snapshot: ShareGroupSnapshot
    ) -> None:
        """Keep the bytes of a group's shares as they are now.

        A snapshot that is there is kept as it is. Where every pool reports
        ``consistent_snapshot_support``, all shares are kept as they were at
        one moment.

        :raises DriverError: if it could not be made; a later
            :meth:`delete_share_group_snapshot` removes what was made of it
        """

    @abc.abstractmethod
    def delete_share_group_snapshot(
        self, snapshot: ShareGroupSnapshot
    ) -> None:
        """Remove a snapshot; one that is not there is gone already.

        :raises DriverError: if something of the snapshot is still there
        """

    @abc.abstractmethod
    def create_share_group_from_snapshot(
        self,
        group: ShareGroup,
        snapshot: ShareGroupSnapshot,
        clones: list[Clone],
    ) -> dict[str, list[ExportLocation]]:
        """Make a share group with shares that hold a snapshot's bytes.

        The snapshot is in the same pool. A group that is there is kept.

        :param clones: the shares of the new group
        :returns: the id of each new share, and where it can be mounted from
        :raises DriverError: if it could not be made; a later
            :meth:`delete_share_group` removes what was made of it
        """

    @abc.abstractmethod
    def update_access(self, share: Share, rules: list[AccessRule]) -> None:
        """Let those mount a share whom the rules name, and nobody else.

        :param rules: all rules that the share has from now on
        :raises DriverError: if the rules could not be put in place
        """

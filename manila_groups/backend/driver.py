# SPDX-License-Identifier: Apache-2.0
"""The interface between the service and a storage system.

A driver is a class that derives from :class:`Driver`. The service makes one
instance for each back end and calls it; a driver uses neither the database nor
messages nor the API.
"""

import abc
from collections.abc import Callable
from collections.abc import Iterable
import contextlib
from typing import Any
import uuid

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backend import driver_payloads
from manila_groups.backend import pool_reports
from manila_groups.backup import running

#: What a driver reports of a pool, and the words in place of a capacity.
PoolReport = pool_reports.PoolReport
INFINITE = pool_reports.INFINITE
UNKNOWN = pool_reports.UNKNOWN

#: What a driver is given.
ShareGroup = driver_payloads.ShareGroup
Share = driver_payloads.Share
ShareGroupSnapshot = driver_payloads.ShareGroupSnapshot
Clone = driver_payloads.Clone
AccessRule = driver_payloads.AccessRule
#: What it answers with.
ExportLocation = driver_payloads.ExportLocation

#: Writes the files of shares to a directory.
Fill = Callable[[str], None]

#: What the ids of snapshots are made from that are taken for a copy.
_MOMENTS = uuid.UUID('b3b2a2a4-54f1-4c0e-9a35-0a4f6f1c7d20')


def _moment_of(group, source_id, share_ids=()):
    """Describe the snapshot of a source that is taken for a new group.

    Its id is always the same for the same group, so that a later process
    finds it.
    """
    return ShareGroupSnapshot(
        id=str(uuid.uuid5(_MOMENTS, group.id)),
        project_id=group.project_id,
        pool=group.pool,
        share_group_id=source_id,
        share_ids=share_ids,
    )


class Driver(abc.ABC):
    """One back end's storage; derive from this to add a storage system.

    Every method is idempotent: called again for the same id, also after a
    crash in the middle of an earlier call, it leads to the same state. A
    method that fails raises :exc:`~manila_groups.exception.DriverError` with a
    message for the operator that says what is wrong and, if possible, what to
    do. If what it needs does not answer for the moment, it raises
    :exc:`~manila_groups.exception.TransientDriverError`: the work keeps its
    status, and is retried until its deadline.

    Methods are called from several threads: at the same time for different
    share groups, but never for the same group, including its shares and
    snapshots, while none is read or copied. For a share in no group the same
    holds for the share alone.
    :meth:`pools` and :meth:`check` are called at any time.

    :param name: the back end's name, which is its section's
    :param section: the options of that section, ``conf[name]``
    """

    #: Options of the driver, which are added to its back end's section.
    opts: Iterable[cfg.Opt] = ()

    #: The driver's vendor and name, which are capabilities of every pool.
    vendor_name = 'unknown'
    driver_version = 'unknown'

    #: Whether files can be read from snapshots, and be made into groups:
    #: whether the driver has :meth:`read_snapshot`,
    #: :meth:`create_share_group_from_files` and :meth:`restore_share_group`.
    readable = False

    def __init__(self, name: str, section: cfg.ConfigOpts.GroupAttr):
        self.name = name
        self.section = section

    def capabilities(self) -> dict[str, Any]:
        """Return the capabilities of every pool of this back end.

        :returns: the base of :attr:`PoolReport.capabilities` in every driver
        """
        return {
            'share_backend_name': self.section.share_backend_name or self.name,
            'driver_handles_share_servers': False,
            'vendor_name': self.vendor_name,
            'driver_version': self.driver_version,
        }

    @abc.abstractmethod
    def setup(self) -> None:
        """Check the back end, and prepare it.

        Called before any other method; if it fails, it is called again later.

        :raises DriverError: the back end cannot work; the message names the
            option to change or what to repair
        """

    def check(self) -> None:  # noqa: B027 - pools() may be enough
        """Make sure that the storage, and what exports it, answers.

        Called before :meth:`pools`, with each heartbeat, and at the same time
        as other methods. It should not take longer than some seconds.

        :raises DriverError: if it does not; the back end is down then, with
            the message as the reason, until a later call returns
        """

    @abc.abstractmethod
    def pools(self) -> list[PoolReport]:
        """Report the pools as they are now; called every few seconds.

        :raises DriverError: the storage does not answer
        """

    def share_server(self, share_network_id: str) -> str:
        """Ensure that a share network has a share server on this back end.

        Called before a share group or a share of the network is created,
        possibly at the same time for several. A back end has one server for
        each network. Drivers that report the capability
        ``driver_handles_share_servers`` implement it.

        :returns: the server's id, a UUID in its canonical form, always the
            same for the same network
        :raises DriverError: there is no server
        """
        raise exception.DriverError(
            f'back end {self.name} has no share servers, and the share '
            f'network {share_network_id} needs one; it supports only share '
            'types with driver_handles_share_servers false'
        )

    @abc.abstractmethod
    def create_share_group(self, group: ShareGroup) -> None:
        """Create a share group in its pool, unless it exists already.

        :raises DriverError: the group was not created; a later
            :meth:`delete_share_group` removes what there is of it
        """

    @abc.abstractmethod
    def delete_share_group(self, group: ShareGroup) -> None:
        """Delete a share group, and the shares that are still in it.

        Does nothing if it does not exist.

        :raises DriverError: something of the group still exists
        """

    @abc.abstractmethod
    def create_share(self, share: Share) -> list[ExportLocation]:
        """Create a share, in its group or in none, unless it exists already.

        No client may mount it before :meth:`update_access` allows it.

        :returns: its export locations
        :raises DriverError: the share was not created; a later
            :meth:`delete_share` removes what there is of it
        """

    @abc.abstractmethod
    def delete_share(self, share: Share) -> None:
        """Delete a share and its export; do nothing if it does not exist.

        The group's :attr:`~Share.group_size_gb` does not include it.

        :raises DriverError: something of the share still exists
        """

    @abc.abstractmethod
    def resize_share(self, share: Share) -> None:
        """Extend or shrink a share to its size_gb.

        :raises PossibleDataLoss: it contains more data than that; nothing has
            changed then
        :raises DriverError: the share was not resized
        """

    @abc.abstractmethod
    def create_share_group_snapshot(
        self, snapshot: ShareGroupSnapshot
    ) -> None:
        """Create a snapshot of a group's shares, unless it exists already.

        If the pool reports ``consistent_snapshot_support``, the snapshot shows
        all shares as they were at one moment.

        :raises DriverError: the snapshot was not created; a later
            :meth:`delete_share_group_snapshot` removes what there is of it
        """

    @abc.abstractmethod
    def delete_share_group_snapshot(
        self, snapshot: ShareGroupSnapshot
    ) -> None:
        """Delete a snapshot; do nothing if it does not exist.

        :raises DriverError: something of the snapshot still exists
        """

    @abc.abstractmethod
    def create_share_group_from_snapshot(
        self,
        group: ShareGroup,
        snapshot: ShareGroupSnapshot,
        clones: list[Clone],
    ) -> dict[str, list[ExportLocation]]:
        """Create a share group with shares that have a snapshot's data.

        Does nothing if the group exists already. The snapshot is in the same
        pool.

        :param clones: the shares of the new group
        :returns: the id of each new share to its export locations
        :raises DriverError: the group was not created; a later
            :meth:`delete_share_group` removes what there is of it
        """

    def create_share_group_from_group(
        self, group: ShareGroup, source: ShareGroup, clones: list[Clone]
    ) -> dict[str, list[ExportLocation]]:
        """Create a share group with shares that have another group's data.

        Does nothing if the group exists already. The source is in the same
        pool. Its clients go on to write, and meanwhile other methods may be
        called for it, but none that deletes, resizes or reverts its shares.
        If the pool reports ``consistent_snapshot_support``, the new group
        shows all shares as they were at one moment.

        By default, it takes a snapshot of the source, creates the group from
        that, and deletes the snapshot.

        :param clones: the shares of the new group
        :returns: the id of each new share to its export locations
        :raises DriverError: the group was not created; later calls of
            :meth:`forget_source` and :meth:`delete_share_group` remove what
            there is of it
        """
        moment = _moment_of(
            group, source.id, tuple(one.source_share_id for one in clones)
        )
        self.create_share_group_snapshot(moment)
        locations = self.create_share_group_from_snapshot(
            group, moment, clones
        )
        self.delete_share_group_snapshot(moment)
        return locations

    def forget_source(self, group: ShareGroup, source_id: str) -> None:
        """Remove what a failed creation from a group has left at its source.

        Called before :meth:`delete_share_group` for every group that was made
        from another one. By default, it deletes the snapshot that
        :meth:`create_share_group_from_group` takes.

        :param source_id: the group's source, which may be gone
        :raises DriverError: something of it still exists
        """
        self.delete_share_group_snapshot(_moment_of(group, source_id))

    def revert_share_group(
        self,
        group: ShareGroup,
        snapshot: ShareGroupSnapshot,
        shares: list[Share],
    ) -> None:
        """Give all shares of a group the data that a snapshot of it has.

        When it returns, no client can use the shares until
        :meth:`update_access` allows it again. The snapshot stays, and so do
        all others of the group. Drivers that report the group capability
        ``revert_to_snapshot_support`` implement it; with
        ``revert_to_any_group_snapshot``, they accept others than the newest.

        :param shares: all shares of the group, with their sizes of then
        :raises NothingChanged: it failed, and all shares have the data that
            they had before
        :raises DriverError: it failed, and the shares' data is unknown; a
            later call repeats it
        """
        raise exception.NothingChanged(
            f'back end {self.name} cannot revert the share group {group.id}'
        )

    def run_command(self) -> running.Runner:
        """Return what runs a program that reads or writes users' files.

        By default, it runs as the user of this process.
        """
        return running.Direct()

    def read_snapshot(
        self, snapshot: ShareGroupSnapshot
    ) -> contextlib.AbstractContextManager[str]:
        """Let programs of :meth:`run_command` read the files of a snapshot.

        The snapshot is not deleted meanwhile. Other methods may be called for
        its group.

        :returns: a context of the path of a directory, in which each share of
            the snapshot is a directory with its id as the name
        :raises DriverError: they cannot be read
        """
        raise exception.DriverError(
            f'back end {self.name} cannot read the snapshot {snapshot.id}'
        )

    def create_share_group_from_files(
        self, group: ShareGroup, clones: list[Clone], fill: Fill
    ) -> dict[str, list[ExportLocation]]:
        """Create a share group with shares that have the files of a backup.

        Does nothing if the group exists already. The sizes of the shares limit
        what can be written to them. Nothing remains if ``fill`` fails, and its
        error is raised.

        :param clones: the shares of the new group
        :param fill: called once with the path of a directory, in which it
            makes a directory for each ``source_share_id``; files in it have
            their final owners and modes
        :returns: the id of each new share to its export locations
        :raises DriverError: the group was not created; a later
            :meth:`delete_share_group` removes what there is of it
        """
        raise exception.DriverError(
            f'back end {self.name} cannot make the share group {group.id} of '
            'files'
        )

    def restore_share_group(
        self, group: ShareGroup, clones: list[Clone], fill: Fill
    ) -> None:
        """Give all shares of a group the files of a backup.

        As in :meth:`revert_share_group`, no client can use the shares when it
        returns, and all snapshots stay. Clients use them while ``fill`` works;
        if it fails, nothing has changed.

        :param clones: all shares of the group, with their sizes of then
        :param fill: as in :meth:`create_share_group_from_files`
        :raises NothingChanged: it failed, and all shares have the data that
            they had before; likewise for other errors of ``fill``
        :raises DriverError: it failed, and the shares' data is unknown; a
            later call repeats it
        """
        raise exception.NothingChanged(
            f'back end {self.name} cannot restore the share group {group.id}'
        )

    @abc.abstractmethod
    def update_access(self, share: Share, rules: list[AccessRule]) -> None:
        """Allow exactly the clients that the rules name to mount a share.

        :param rules: all rules of the share
        :raises DriverError: the rules were not applied
        """

    def update_access_many(
        self, wanted: Iterable[tuple[Share, list[AccessRule]]]
    ) -> None:
        """Do what :meth:`update_access` does for several shares.

        Drivers override it if they can do that in less time.

        :param wanted: each share with all its rules; the next one is taken
            when the one before is done
        :raises DriverError: the rules of some were not applied
        """
        for share, rules in wanted:
            self.update_access(share, rules)

# SPDX-License-Identifier: Apache-2.0
"""The work of a back end on each kind of rows."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from oslo_log import log

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.backend import driver as drivers
from manila_groups.backend import payloads
from manila_groups.db import records
from manila_groups.domain import clients
from manila_groups.domain.operations import lifecycle as lifecycles

LOG = log.getLogger(__name__)


class Worker:
    """Does the work on one kind of rows with the driver.

    :param host: host@backend
    :param scheduler: sends wake-ups to schedulers
    :cvar noun: what its work is on, for the log
    :cvar handlers: the method for each status in which a row of the kind
        waits for its back end
    """

    noun: str
    handlers: Mapping[str, Callable]

    def __init__(
        self,
        host: str,
        driver: drivers.Driver,
        lifecycle: lifecycles.Lifecycle,
        scheduler: clients.SchedulerClient,
    ):
        self._host = host
        self._driver = driver
        self._lifecycle = lifecycle
        self._scheduler = scheduler

    @property
    def transitions(self) -> Any:
        """The transitions of the kind."""
        raise NotImplementedError

    def _remove(self, wanted) -> bool:
        """Delete something of the kind; tells whether that succeeded."""
        raise NotImplementedError

    def run_cleanup(self, cleanup: records.Cleanup) -> bool:
        """Delete what a row that has left a pool may have left there.

        :returns: whether that succeeded
        """
        raise NotImplementedError

    def _handle(self, row, *args) -> None:
        """Do the work on a row; nothing at all in an unknown status."""
        handler = self.handlers.get(row.status)
        if handler is None:
            LOG.error(
                'The %s %s has the status %s, in which a back end has no '
                'work. Nothing is done.',
                states.noun(self.transitions.kind),
                row.id,
                row.status,
            )
            return
        handler(self, *args)

    def _share_server(self, row) -> str | None:
        """Ensure a share server for a row, and return its id.

        :returns: None if the row has no share network
        """
        network_id = row.share_network_id
        return network_id and self._driver.share_server(network_id)

    def _let_go(self, row, wanted) -> None:
        """Delete what was created for a row that has left this pool."""
        if not self.transitions.is_placed(row) and self._remove(wanted):
            self._lifecycle.cleaned(row.id, row.host)

    def _put_off(self, row, error) -> bool:
        """Put work off if what the driver needs does not answer now.

        :returns: whether it was put off; otherwise the failure is final
        """
        is_transient = isinstance(error, exception.TransientDriverError)
        if not is_transient or row.forced:
            return False
        seconds = self.transitions.put_off(row)
        if seconds is None:
            return False
        LOG.warning(
            'The work on %s %s waits; it will be retried in %.0f seconds: %s',
            self.noun,
            row.id,
            seconds,
            error,
        )
        return True

    def _try_delete(self, kind, delete, *args) -> bool:
        """Delete something, and tell whether that succeeded."""
        try:
            delete(*args)
        except exception.TransientDriverError as error:
            LOG.warning(
                'Failed to clean up after the %s %s; it will be retried: %s',
                states.noun(kind),
                args[0].id,
                error,
            )
            return False
        except Exception:
            LOG.exception(
                'Failed to clean up after the %s %s; it will be retried',
                states.noun(kind),
                args[0].id,
            )
            return False
        return True


class ShareGroups(Worker):
    """Creates and deletes share groups, with all that is in them."""

    noun = 'share group'

    @property
    def transitions(self):
        """The transitions of share groups."""
        return self._lifecycle.share_groups

    def work(self, ctxt, group_id: str) -> None:
        """Do the work on a share group."""
        with self.transitions.at_work(group_id, self._host) as work:
            if work is not None:
                self._handle(work.group, ctxt, work)

    def _create(self, ctxt, work):
        group = work.group
        wanted = payloads.share_group(group, work.specs)
        try:
            server_id = self._share_server(group)
            locations = self._make(work, wanted)
        except Exception as error:
            if self._put_off(group, error):
                return
            LOG.exception('Failed to create the share group %s', group.id)
            if not self.transitions.renew_lease(group.id):
                self._let_go(group, wanted)
                return
            if self.transitions.attempt_failed(group, self._remove(wanted)):
                self._scheduler.place(ctxt, states.SHARE_GROUP, group.id)
            return
        if self.transitions.created(group, locations, server_id):
            LOG.info('Created the share group %s', group.id)
            return
        LOG.info(
            'The share group %s was deleted or moved while it was being '
            'created; cleaning up',
            group.id,
        )
        self._let_go(group, wanted)

    def _make(self, work, wanted):
        if work.group.source_share_group_snapshot_id is None:
            self._driver.create_share_group(wanted)
            return {}
        if work.source is None:
            raise exception.DriverError(
                f'the source snapshot of the share group {wanted.id} is gone'
            )
        return self._driver.create_share_group_from_snapshot(
            wanted,
            payloads.snapshot(work.source),
            payloads.clones(work.source, work.shares),
        )

    def _remove(self, wanted):
        return self._try_delete(
            states.SHARE_GROUP, self._driver.delete_share_group, wanted
        )

    def _delete(self, _ctxt, work):
        group = work.group
        try:
            # Only a force-delete finds snapshots, or shares.
            for snapshot in work.snapshots:
                self._driver.delete_share_group_snapshot(
                    payloads.snapshot(snapshot)
                )
            self._driver.delete_share_group(
                payloads.share_group(group, work.specs)
            )
        except Exception as error:
            if self._put_off(group, error):
                return
            LOG.exception('Failed to delete the share group %s', group.id)
            self.transitions.delete_failed(group)
            return
        if self.transitions.deleted(group):
            LOG.info('Deleted the share group %s', group.id)

    handlers = {states.CREATING: _create, states.DELETING: _delete}

    def run_cleanup(self, cleanup: records.Cleanup) -> bool:
        """Delete what a group that has left this pool may have left.

        :returns: whether that succeeded
        """
        return self._remove(drivers.ShareGroup(**payloads.cleanup(cleanup)))


class Shares(Worker):
    """Creates, deletes and resizes shares."""

    noun = 'share'

    @property
    def transitions(self):
        """The transitions of shares."""
        return self._lifecycle.shares

    def work(self, ctxt, share_id: str) -> None:
        """Do the work on a share."""
        with self.transitions.at_work(share_id, self._host) as work:
            if work is not None:
                share = work.share
                wanted = payloads.share(share, work.group_size)
                self._handle(share, ctxt, share, wanted)

    def _create(self, ctxt, share, wanted):
        try:
            server_id = self._share_server(share)
            locations = self._driver.create_share(wanted)
        except Exception as error:
            if self._put_off(share, error):
                return
            LOG.exception('Failed to create the share %s', share.id)
            if not self.transitions.renew_lease(share.id):
                self._let_go(share, wanted)
                return
            if self.transitions.attempt_failed(share, self._remove(wanted)):
                self._scheduler.place(ctxt, states.SHARE, share.id)
            return
        if self.transitions.created(share, locations, server_id):
            LOG.info('Created the share %s', share.id)
            return
        LOG.info(
            'The share %s was deleted or moved while it was being created; '
            'cleaning up',
            share.id,
        )
        self._let_go(share, wanted)

    def _remove(self, wanted):
        return self._try_delete(
            states.SHARE, self._driver.delete_share, wanted
        )

    def _delete(self, _ctxt, share, wanted):
        try:
            self._driver.delete_share(wanted)
        except Exception as error:
            if self._put_off(share, error):
                return
            LOG.exception('Failed to delete the share %s', share.id)
            self.transitions.delete_failed(share)
            return
        if self.transitions.deleted(share):
            LOG.info('Deleted the share %s', share.id)

    def _resize(self, _ctxt, share, wanted):
        try:
            self._driver.resize_share(wanted)
        except exception.PossibleDataLoss as error:
            LOG.warning('Refused to resize the share %s: %s', share.id, error)
            self.transitions.resize_failed(share, too_full=True)
            return
        except Exception as error:
            if self._put_off(share, error):
                return
            LOG.exception('Failed to resize the share %s', share.id)
            self.transitions.resize_failed(share)
            return
        if self.transitions.resized(share):
            LOG.info(
                'Resized the share %s to %s GiB', share.id, wanted.size_gb
            )

    handlers = {
        states.CREATING: _create,
        states.DELETING: _delete,
        states.EXTENDING: _resize,
        states.SHRINKING: _resize,
    }

    def run_cleanup(self, cleanup: records.Cleanup) -> bool:
        """Delete what a share that has left this pool may have left.

        :returns: whether that succeeded
        """
        group_id = cleanup.share_group_id
        size = self.transitions.group_size(group_id) if group_id else 0
        return self._remove(
            drivers.Share(
                **payloads.cleanup(cleanup),
                share_group_id=group_id,
                size_gb=0,
                group_size_gb=size,
            )
        )


class ShareGroupSnapshots(Worker):
    """Creates and deletes snapshots of share groups."""

    noun = 'share group snapshot'

    @property
    def transitions(self):
        """The transitions of share group snapshots."""
        return self._lifecycle.snapshots

    def work(self, _ctxt, snapshot_id: str) -> None:
        """Do the work on a share group snapshot."""
        with self.transitions.at_work(snapshot_id, self._host) as snapshot:
            if snapshot is not None:
                self._handle(snapshot, snapshot, payloads.snapshot(snapshot))

    def _create(self, snapshot, wanted):
        try:
            self._driver.create_share_group_snapshot(wanted)
        except Exception as error:
            if self._put_off(snapshot, error):
                return
            LOG.exception(
                'Failed to create the share group snapshot %s', wanted.id
            )
            if not self.transitions.renew_lease(wanted.id):
                self._let_go(snapshot, wanted)
                return
            # If this fails, the user's deletion removes it.
            self._remove(wanted)
            self.transitions.create_failed(snapshot)
            return
        if self.transitions.created(snapshot):
            LOG.info('Created the share group snapshot %s', wanted.id)
            return
        self._let_go(snapshot, wanted)

    def _remove(self, wanted):
        return self._try_delete(
            states.SHARE_GROUP_SNAPSHOT,
            self._driver.delete_share_group_snapshot,
            wanted,
        )

    def _delete(self, snapshot, wanted):
        try:
            self._driver.delete_share_group_snapshot(wanted)
        except Exception as error:
            if self._put_off(snapshot, error):
                return
            LOG.exception(
                'Failed to delete the share group snapshot %s', wanted.id
            )
            self.transitions.delete_failed(snapshot)
            return
        if self.transitions.deleted(snapshot):
            LOG.info('Deleted the share group snapshot %s', wanted.id)

    handlers = {states.CREATING: _create, states.DELETING: _delete}

    def run_cleanup(self, cleanup: records.Cleanup) -> bool:
        """Delete what a deleted snapshot may have left.

        :returns: whether that succeeded
        """
        return self._remove(
            drivers.ShareGroupSnapshot(
                **payloads.cleanup(cleanup),
                share_group_id=utils.present(cleanup.share_group_id),
                share_ids=(),
            )
        )


class Access(Worker):
    """Applies the access rules of shares."""

    noun = 'the access rules of share'

    @property
    def transitions(self):
        """The transitions of access rules."""
        return self._lifecycle.access

    def work(self, _ctxt, share_id: str) -> None:
        """Apply a share's rules until none waits any more."""
        waits = True
        while waits:
            with self.transitions.at_work(share_id, self._host) as found:
                waits = found is not None and self._update(*found)

    def _update(self, share, rules):
        try:
            self._driver.update_access(
                payloads.share(share, share.size),
                [
                    drivers.AccessRule(rule.access_to, rule.access_level)
                    for rule in rules
                ],
            )
        except Exception as error:
            if self._put_off(share, error):
                return False
            LOG.exception(
                'Failed to apply the access rules of the share %s', share.id
            )
            self.transitions.failed(share)
            return False
        return self.transitions.done(share)

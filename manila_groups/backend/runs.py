# SPDX-License-Identifier: Apache-2.0
"""What a back end does in each step of an operation, with its driver."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import time
from typing import Any

from oslo_log import log

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import backup_runs
from manila_groups.backend import driver as drivers
from manila_groups.backend import payloads
from manila_groups.db import records
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import verb as verbs

LOG = log.getLogger(__name__)

#: The least seconds between two notes of how far a task is.
_PAUSE = 1.0

Runs = dict[tuple[str, str, str], verbs.Run]


def of(driver: drivers.Driver, backups: backup_runs.Backups) -> Runs:
    """Make the runs of a driver.

    :param backups: what it does with backups
    :returns: (kind, verb, step) to the run
    """
    groups, shares = _ShareGroups(driver, backups), _Shares(driver)
    snapshots = _ShareGroupSnapshots(driver)
    nothing = _nothing_to_undo
    table: dict[tuple[str, ...], verbs.Run] = {
        (states.SHARE_GROUP, 'create'): verbs.Run(
            groups.create, groups.remove
        ),
        (states.SHARE_GROUP, 'clone', 'create'): verbs.Run(
            groups.clone, groups.remove
        ),
        (states.SHARE_GROUP, 'rebuild', 'create'): verbs.Run(
            groups.rebuild, groups.remove
        ),
        (states.SHARE_GROUP, 'restore'): verbs.Run(backups.restore, nothing),
        (states.SHARE_GROUP, 'restore', 'open'): verbs.Run(
            groups.open, nothing
        ),
        (states.SHARE_GROUP, 'revert'): verbs.Run(groups.revert, nothing),
        (states.SHARE_GROUP, 'revert', 'open'): verbs.Run(
            groups.open, nothing
        ),
        (states.SHARE_GROUP, 'delete'): verbs.Run(groups.delete, nothing),
        (states.SHARE_GROUP, 'clean_up'): verbs.Run(groups.clean_up, nothing),
        (states.SHARE, 'create'): verbs.Run(shares.create, shares.remove),
        (states.SHARE, 'delete'): verbs.Run(shares.delete, nothing),
        (states.SHARE, 'extend'): verbs.Run(shares.resize, nothing),
        (states.SHARE, 'shrink'): verbs.Run(shares.resize, nothing),
        (states.SHARE, 'clean_up'): verbs.Run(shares.clean_up, nothing),
        (states.SHARE_GROUP_SNAPSHOT, 'create'): verbs.Run(
            snapshots.create, snapshots.remove
        ),
        (states.SHARE_GROUP_SNAPSHOT, 'delete'): verbs.Run(
            snapshots.delete, nothing
        ),
        (states.SHARE_GROUP_SNAPSHOT, 'clean_up'): verbs.Run(
            snapshots.clean_up, nothing
        ),
        (states.SHARE_GROUP_BACKUP, 'create', 'snapshot'): verbs.Run(
            backups.take, nothing
        ),
        (states.SHARE_GROUP_BACKUP, 'create', 'copy'): verbs.Run(
            backups.copy, nothing
        ),
        (states.SHARE_GROUP_BACKUP, 'import'): verbs.Run(
            backups.import_, nothing
        ),
        (states.SHARE_GROUP_BACKUP, 'delete'): verbs.Run(
            backups.delete, nothing
        ),
        (states.SHARE_GROUP_BACKUP, 'clean_up'): verbs.Run(
            backups.clean_up, nothing
        ),
        (states.SHARE_ACCESS, 'apply_rules'): verbs.Run(
            shares.apply_rules, nothing
        ),
    }
    # A step without a name has that of its verb.
    return {
        (kind, verb, *(step or (verb,))): run
        for (kind, verb, *step), run in table.items()
    }


def _nothing_to_undo(_task: verbs.Task) -> bool:
    return True


def _try(delete: Callable[[Any], None], wanted: Any) -> bool:
    """Delete what a failed creation may have left; tells whether it did."""
    try:
        delete(wanted)
    except exception.TransientDriverError as error:
        LOG.warning(
            'Failed to clean up after %s; it will be retried: %s',
            wanted.id,
            error,
        )
        return False
    except Exception:
        LOG.exception(
            'Failed to clean up after %s; it will be retried', wanted.id
        )
        return False
    return True


def _reported(task: verbs.Task, wanted: Sequence[Any]) -> Iterator[Any]:
    """Yield shares to work on; each that is done counts as progress."""
    told = time.monotonic()
    for number, one in enumerate(wanted, 1):
        yield one
        if time.monotonic() - told >= _PAUSE:
            task.report(number, len(wanted), records.SHARES)
            told = time.monotonic()


def _check_gone(task: verbs.Task) -> None:
    if removing.is_there(task):
        raise verbs.NotYet(f'{task.row.id} may be in the pool again')


def _share_server(driver, row) -> str | None:
    """Ensure a share server for a row; None if it has no share network."""
    network_id = row.share_network_id
    return network_id and driver.share_server(network_id)


class _ShareGroups:
    def __init__(self, driver: drivers.Driver, backups: backup_runs.Backups):
        self._driver = driver
        self._backups = backups

    def create(self, task):
        """Create a group; returns its server, and its shares' locations."""
        group, work = task.row, task.work
        wanted = payloads.share_group(group, work.specs)
        server_id = _share_server(self._driver, group)
        return server_id, self._make(group, work, wanted)

    def _make(self, group, work, wanted):
        if group.source_share_group_snapshot_id is None:
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

    def clone(self, task):
        """Copy a group; returns its server, and its shares' locations."""
        group, work = task.row, task.work
        if work.source is None:
            raise exception.DriverError(
                f'the source of the share group {group.id} is gone'
            )
        server_id = _share_server(self._driver, group)
        return server_id, self._driver.create_share_group_from_group(
            payloads.share_group(group, work.specs),
            payloads.share_group(work.source, work.specs),
            payloads.copies(work.shares),
        )

    def rebuild(self, task):
        """Restore a group; returns its server, and its shares' locations."""
        wanted = payloads.share_group(task.row, task.work.specs)
        server_id = _share_server(self._driver, task.row)
        return server_id, self._backups.rebuild(task, wanted)

    def remove(self, task):
        wanted = payloads.share_group(task.row, task.work.specs)
        return _try(
            lambda group: self._delete(group, task.row.source_share_group_id),
            wanted,
        )

    def _delete(self, wanted, source_id):
        if source_id is not None:
            self._driver.forget_source(wanted, source_id)
        self._driver.delete_share_group(wanted)

    def revert(self, task):
        group, work = task.row, task.work
        if work.source is None:
            raise exception.NothingChanged(
                f'no snapshot is being restored to the share group {group.id}'
            )
        self._driver.revert_share_group(
            payloads.share_group(group, work.specs),
            payloads.snapshot(work.source),
            payloads.members(work.shares),
        )

    def open(self, task):
        """Let clients use a group's shares as their access rules say."""
        rules = task.work.rules
        wanted = [
            (one, payloads.rules(rules[one.id]))
            for one in payloads.members(task.work.shares)
            if one.id in rules
        ]
        self._driver.update_access_many(_reported(task, wanted))

    def delete(self, task):
        if task.work.is_kept:
            raise exception.DriverError(
                f'the share group {task.row.id} has shares or snapshots, '
                'which nobody deletes by force'
            )
        for snapshot in task.work.snapshots:
            self._driver.delete_share_group_snapshot(
                payloads.snapshot(snapshot)
            )
        for backup in task.work.backups:
            self._driver.delete_share_group_snapshot(payloads.moment(backup))
        self._delete(
            payloads.share_group(task.row, task.work.specs),
            task.row.source_share_group_id,
        )

    def clean_up(self, task):
        _check_gone(task)
        self._delete(
            drivers.ShareGroup(**payloads.remains(task.row)),
            task.row.source_share_group_id,
        )


class _Shares:
    def __init__(self, driver: drivers.Driver):
        self._driver = driver

    def _wanted(self, task):
        return payloads.share(task.row, task.work.group_size)

    def create(self, task):
        """Create a share; returns its server and its export locations."""
        server_id = _share_server(self._driver, task.row)
        return server_id, self._driver.create_share(self._wanted(task))

    def remove(self, task):
        return _try(self._driver.delete_share, self._wanted(task))

    def delete(self, task):
        self._driver.delete_share(self._wanted(task))

    def resize(self, task):
        self._driver.resize_share(self._wanted(task))

    def apply_rules(self, task):
        self._driver.update_access(
            payloads.share(task.row, task.row.size),
            payloads.rules(task.work),
        )

    def clean_up(self, task):
        _check_gone(task)
        self._driver.delete_share(
            drivers.Share(
                **payloads.remains(task.row),
                share_group_id=task.row.share_group_id,
                size_gb=0,
                group_size_gb=task.row.group_size,
            )
        )


class _ShareGroupSnapshots:
    def __init__(self, driver: drivers.Driver):
        self._driver = driver

    def create(self, task):
        self._driver.create_share_group_snapshot(payloads.snapshot(task.row))

    def remove(self, task):
        return _try(
            self._driver.delete_share_group_snapshot,
            payloads.snapshot(task.row),
        )

    def delete(self, task):
        self._driver.delete_share_group_snapshot(payloads.snapshot(task.row))

    def clean_up(self, task):
        _check_gone(task)
        self._driver.delete_share_group_snapshot(
            drivers.ShareGroupSnapshot(
                **payloads.remains(task.row),
                share_group_id=task.row.share_group_id,
                share_ids=(),
            )
        )

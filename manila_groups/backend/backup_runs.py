# SPDX-License-Identifier: Apache-2.0
"""What a back end does with backups, with its driver and the engine."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import threading
import time

from oslo_log import log
from oslo_utils import timeutils

from manila_groups import exception
from manila_groups.backend import driver as drivers
from manila_groups.backend import payloads
from manila_groups.backup import engine as engines
from manila_groups.db import records
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_backups import import_
from manila_groups.domain.share_group_backups import record
from manila_groups.domain.share_groups import restore_request

LOG = log.getLogger(__name__)

#: The least seconds between two notes of how far a task is.
_PAUSE = 1.0


class Backups:
    """Backups, and groups that get their content.

    :param engine: None on a back end without backups
    :param most: how many copies are made at the same time
    """

    def __init__(
        self, driver: drivers.Driver, engine: engines.Engine | None, most: int
    ):
        self._driver = driver
        self._engine = engine
        self._slots = threading.BoundedSemaphore(most)

    def _wait_for_repository(self, task):
        first = task.work.waits_for
        if first is not None:
            raise verbs.Queues(
                f'the first backup of the project, {first}, may be making the '
                'repository'
            )

    def _engine_for(self, task):
        if self._engine is None:
            raise exception.DriverError(
                f'the back end {self._driver.name} has no backups: [backup] '
                'repository is not set, or its driver does not support them '
                f'({task.verb.name} of {task.row.id})'
            )
        return self._engine

    def _unlocked_for(self, task):
        """Find the engine; remove the lock of one that was killed."""
        engine = self._engine_for(task)
        if task.operation.tries > 1:
            try:
                engine.unlock(task.row.project_id)
            except exception.DriverError as error:
                # There may be no repository yet.
                LOG.info('Nothing is unlocked: %s', error)
        return engine

    @contextlib.contextmanager
    def _copying(self, task) -> Iterator[engines.Engine]:
        """Yield the engine, unless others keep it busy."""
        engine = self._unlocked_for(task)
        if not self._slots.acquire(blocking=False):
            raise verbs.Queues('other backups are being made or restored')
        try:
            yield engine
        finally:
            self._slots.release()

    def take(self, task):
        """Take the snapshot that a backup is made from; returns when."""
        self._engine_for(task)
        moment = payloads.moment(task.row)
        # One that an earlier attempt has left shows an earlier moment.
        self._driver.delete_share_group_snapshot(moment)
        taken_at = timeutils.utcnow()
        self._driver.create_share_group_snapshot(moment)
        return taken_at

    def copy(self, task):
        """Write a backup to its repository; returns what was saved."""
        self._wait_for_repository(task)
        row = task.row
        source = payloads.source(row)
        with (
            self._copying(task) as engine,
            self._driver.read_snapshot(source) as path,
        ):
            saved = engine.save(
                row.project_id,
                engines.Source(
                    backup_id=row.id,
                    share_group_id=row.share_group_id,
                    path=path,
                    share_ids=source.share_ids,
                    parent=task.work.parent,
                    known=task.work.known,
                ),
                _paced(task),
            )
        made = dataclasses.replace(
            row,
            reference=saved.reference,
            data_size=saved.data_size,
            sent_size=saved.sent_size,
            is_incremental=saved.is_incremental,
        )
        engine.write_manifest(row.project_id, row.id, record.of(made))
        return saved

    def import_(self, task):
        row = task.row
        engine = self._unlocked_for(task)
        import_.check(row, engine.read_manifest(row.project_id, row.id))

    def delete(self, task):
        row = task.row
        # What only a record tells of is not this service's to delete.
        if row.is_unverified:
            return
        try:
            self._engine_for(task).forget(row.project_id, row.id, task.work)
        except exception.RepositoryInUse as error:
            # As long as another backup is being made, which may be hours.
            raise verbs.Queues(error.message) from error

    def clean_up(self, task):
        self._driver.delete_share_group_snapshot(
            payloads.moment_left(task.row)
        )
        if task.work is None:
            row = task.row
            known = [row.project_id] if row.reference else []
            self._engine_for(task).forget(row.project_id, row.id, known)

    def rebuild(self, task, wanted):
        """Create a group from a backup; returns its shares' locations."""
        backup = _source_of(task)
        with self._copying(task) as engine:
            return self._driver.create_share_group_from_files(
                wanted,
                payloads.rebuilt(backup, task.work.shares),
                _filling(engine, backup, task),
            )

    def restore(self, task):
        """Put the content of a backup in the place of a group's."""
        group, work = task.row, task.work
        if work.source is None:
            raise exception.NothingChanged(
                f'no backup is being restored to the share group {group.id}'
            )
        with self._copying(task) as engine:
            self._driver.restore_share_group(
                payloads.share_group(group, work.specs),
                payloads.restored(work.shares, _members_of(task)),
                _beside(_filling(engine, work.source, task)),
            )


def _members_of(task):
    """Find the member of the backup for each share of the group."""
    work = task.work
    try:
        return restore_request.pair(work.source, task.row, work.shares)
    except exception.Conflict as error:
        # A share has been renamed, or its status set by hand.
        raise exception.NothingChanged(error.message) from error


def _beside(fill):
    """Say of what fails for the moment that the group is as it was."""

    def fill_beside(path):
        try:
            fill(path)
        except exception.TransientDriverError as error:
            raise exception.NothingBegun(error.message) from error

    return fill_beside


def _source_of(task):
    if task.work.source is None:
        raise exception.DriverError(
            f'the backup that the share group {task.row.id} is made from is '
            'gone'
        )
    return task.work.source


def _filling(engine, backup, task) -> Callable[[str], None]:
    def fill(path):
        engine.restore(backup.project_id, backup.reference, path, _paced(task))

    return fill


def _paced(task: verbs.Task) -> engines.Report:
    """Note how far a task is, but not all the time."""
    noted = time.monotonic()

    def report(done, total):
        nonlocal noted
        # Nobody knows of how much before there is a repository.
        if total and time.monotonic() - noted >= _PAUSE:
            task.report(done, total, records.BYTES)
            noted = time.monotonic()

    return report

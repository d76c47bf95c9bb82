# SPDX-License-Identifier: Apache-2.0
"""Backups in repositories of restic, one for each project."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import json
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log

from manila_groups import exception
from manila_groups.backup import checking
from manila_groups.backup import commands
from manila_groups.backup import engine
from manila_groups.backup import errors
from manila_groups.backup import program
from manila_groups.backup import progress
from manila_groups.backup import running

LOG = log.getLogger(__name__)

#: restic's exit code when it has saved all but some files.
_INCOMPLETE = 3

#: How restic says that it reads a file again, as its content has got lost.
_MENDED = 'not found in the repository index; storing the file again'


class Restic:
    """An engine (engine.Engine) that runs restic.

    :param conf: the configuration
    :param runner: runs it with the rights that it needs
    """

    def __init__(self, conf: cfg.ConfigOpts, runner: running.Runner):
        self._program = program.Program(conf, runner)
        self._making = threading.Lock()

    def setup(self) -> None:
        """Read the secret, and look what the program can do."""
        self._program.setup()

    def check_place(self, known: Sequence[str]) -> None:
        """Look for the repository of one of some projects.

        One that is damaged, or has another key, is not enough either.
        """
        failed: exception.DriverError | None = None
        for project_id in known:
            try:
                self._program.find(project_id)
            except exception.TransientDriverError:
                raise
            except exception.DriverError as error:
                failed = failed or error
            else:
                return
        if failed:
            raise failed

    def _check_absent(self, project_id: str, known: Sequence[str]) -> None:
        """Look whether it is right that a project has no repository."""
        if project_id in known:
            raise exception.NoRepository(
                f'the project {project_id} has backups, but there is no '
                'repository: look whether [backup] repository names the '
                'right place, and whether that is mounted'
            )
        self.check_place(known)

    def save(
        self, project_id: str, source: engine.Source, report: engine.Report
    ) -> engine.Saved:
        """Back files up.

        A snapshot of an earlier attempt need not have all files, and is only
        what the next one begins from.
        """
        there = self._there(project_id, source)
        tag = commands.tag_of(source.backup_id)
        earlier = [one for one in there if tag in one.get('tags', ())]
        base = _base(source, there, earlier)
        summary = self._save(project_id, source, base, report)
        sent = sum(
            progress.sent_size(one.get('summary') or {}) for one in earlier
        )
        return engine.Saved(
            summary['snapshot_id'],
            summary['total_bytes_processed'] if source.share_ids else 0,
            sent + progress.sent_size(summary),
            base is not None,
        )

    def _there(
        self, project_id: str, source: engine.Source
    ) -> list[dict[str, Any]]:
        """List what there is of the group; make a repository if need be."""
        found = self._program.snapshots(
            project_id,
            commands.tag_of(source.backup_id),
            commands.group_tag_of(source.share_group_id),
        )
        if found is None:
            self._make(project_id, source.known)
        return found or []

    def _make(self, project_id: str, known: Sequence[str]) -> None:
        self._check_absent(project_id, known)
        # Two at the same time would make one that can't be opened.
        with self._making:
            if self._program.snapshots(project_id) is None:
                self._program.run(project_id, 'making a repository', 'init')

    def _save(
        self,
        project_id: str,
        source: engine.Source,
        parent: str | None,
        report: engine.Report,
    ) -> dict[str, Any]:
        watch = progress.Progress(report)
        doing = f'backing up {source.path}'
        where = self._program.where(project_id, doing)
        stop = _Stop(f'{where}: a file cannot be read')
        ended = self._program.run(
            project_id,
            doing,
            *commands.save(
                source.backup_id,
                source.share_group_id,
                parent,
                source.share_ids,
            ),
            allowed=(0, _INCOMPLETE),
            cwd=source.path,
            stdin=commands.NO_SHARES.encode(),
            on_line=watch.line,
            on_error=stop.error,
            on_tick=watch.tick,
        )
        if ended.code == _INCOMPLETE and not stop.has_mended:
            self._program.forget(project_id, [watch.summary['snapshot_id']])
            raise self._program.error(project_id, ended, doing)
        return watch.summary

    def restore(
        self,
        project_id: str,
        reference: str,
        path: str,
        report: engine.Report,
    ) -> None:
        """Write the files of a backup."""
        features = self._program.features
        watch = progress.Progress(report)
        # What tells no progress can't be seen to make none.
        settings = {} if features.restore_progress else {'stall_timeout': None}
        doing = f'restoring to {path}'
        where = self._program.where(project_id, doing)
        stop = _Stop(f'{where}: a file cannot be restored')
        self._program.run(
            project_id,
            doing,
            *commands.restore(reference, path, features.sparse),
            on_line=watch.line,
            on_error=stop.error,
            on_tick=watch.tick,
            **settings,
        )

    def write_manifest(
        self, project_id: str, backup_id: str, manifest: Mapping[str, Any]
    ) -> None:
        """Write a manifest; it is the newest one that counts."""
        self._program.run(
            project_id,
            f'writing the manifest of {backup_id}',
            *commands.save_manifest(backup_id),
            stdin=json.dumps(manifest).encode(),
        )

    def read_manifest(
        self, project_id: str, backup_id: str
    ) -> Mapping[str, Any]:
        """Read the newest manifest."""
        doing = f'reading the manifest of {backup_id}'
        text = self._program.output(
            project_id, doing, *commands.dump_manifest(backup_id)
        )
        try:
            found: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise errors.Damaged(f'{doing}: it is not JSON') from error
        return found

    def forget(
        self, project_id: str, backup_id: str, known: Sequence[str]
    ) -> None:
        """Remove the snapshots of a backup: manifest and files."""
        found = self._program.snapshots(
            project_id,
            commands.manifest_tag_of(backup_id),
            commands.tag_of(backup_id),
        )
        if found is None:
            self._check_absent(project_id, known)
        elif found:
            self._program.forget(project_id, [one['id'] for one in found])

    def check(
        self,
        project_id: str,
        report: engine.Report,
        read_data: str | None = None,
    ) -> engine.Checked:
        """Look for damage, and for the backups that it is in."""
        return checking.check(self._program, project_id, report, read_data)

    def prune(self, project_id: str, report: engine.Report) -> None:
        """Free the space of what no backup needs any longer."""
        checking.prune(self._program, project_id, report)

    def unlock(self, project_id: str, everything: bool = False) -> None:
        """Remove the locks of processes that have ended, or all."""
        self._program.unlock(project_id, everything)


def _base(
    source: engine.Source,
    there: Iterable[dict[str, Any]],
    earlier: Sequence[dict[str, Any]],
) -> str | None:
    """Choose whose unchanged files are not read again."""
    if earlier:
        return str(earlier[-1]['id'])
    if source.parent is None:
        return None
    if any(one['id'].startswith(source.parent) for one in there):
        return source.parent
    LOG.warning(
        'Backup %s reads all files of the group %s: the backup before it, %s, '
        'is not in the repository',
        source.backup_id,
        source.share_group_id,
        source.parent,
    )
    return None


class _Stop:
    """Ends restic at the first file that it can't deal with.

    :param what: begins the message
    :ivar has_mended: whether it has stored anew what was damaged in the
        repository, which restic counts as a file that it could not read
    """

    def __init__(self, what: str):
        self._what = what
        self.has_mended = False

    def error(self, line: str) -> bool:
        """Take a line of errors."""
        found = progress.problem(line)
        if found is not None and found.endswith(_MENDED):
            self.has_mended = True
            LOG.warning(
                'A repository was damaged, and is no longer: %s', found
            )
        elif found is not None:
            raise errors.of_file(self._what, found)
        return False

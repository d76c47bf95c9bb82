# SPDX-License-Identifier: Apache-2.0
"""Runs restic on the repository of a project."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import json
from typing import Any

from oslo_config import cfg
from oslo_log import log

from manila_groups import exception
from manila_groups.backup import commands
from manila_groups.backup import credentials
from manila_groups.backup import errors
from manila_groups.backup import keys
from manila_groups.backup import retries
from manila_groups.backup import running
from manila_groups.backup import versions

LOG = log.getLogger(__name__)


#: Seconds for a program to say what it is.
_PATIENCE = 30

#: Errors that don't name the repository yet.
_TOLD_BY_US = (
    running.Stalled,
    retries.NoAnswer,
    retries.NotEnding,
    errors.Damaged,
)


class Program:
    """Runs restic; see setup() before all else.

    :param conf: the configuration
    :param runner: runs it with the rights that it needs
    :ivar features: what the version can do
    """

    def __init__(self, conf: cfg.ConfigOpts, runner: running.Runner):
        self._conf, self._section = conf, conf.backup
        self._runner = runner
        #: None until all is known.
        self._ready: commands.Commands | None = None

    def setup(self) -> None:
        """Read the secret, and look what the program can do.

        :raises DriverError: naming the option to change or what to install
        """
        section = self._section
        self._keys = keys.load(self._conf)
        found = credentials.load(section.credentials_file)
        features, flags = self._version(found)
        for limit in features.limits():
            LOG.warning(
                'Backups are limited, as [backup] command = %s is restic %s: '
                '%s',
                section.command,
                features,
                limit,
            )
        self._ready = commands.Commands(section, features, found, flags)

    @property
    def features(self) -> versions.Features:
        return self._commands.features

    @property
    def _commands(self) -> commands.Commands:
        if self._ready is None:
            raise exception.TransientDriverError(
                '[backup] cannot be used yet: the log says why, or it takes '
                'long to find out'
            )
        return self._ready

    def _version(
        self, given: Mapping[str, str]
    ) -> tuple[versions.Features, str]:
        """Find the version, and the experiments that it knows.

        :param given: variables, to find out now whether it can have them
        """
        command = self._section.command
        for flags in (commands.FEATURES, ''):
            output: list[str] = []
            ended = self._ask(
                on_line=appender(output),
                environment={**given, 'RESTIC_FEATURES': flags},
            )
            if not ended.code:
                break
        text = '\n'.join([*output, *ended.errors])
        return versions.parse(text, command), flags

    def _ask(self, **settings: Any) -> running.Ended:
        command = self._section.command
        try:
            return self._start(
                [command, 'version'], stall_timeout=_PATIENCE, **settings
            )
        except running.Stalled as error:
            raise exception.TransientDriverError(
                f'[backup] command = {command} does not say its version: '
                f'{error.message}'
            ) from error

    def _start(
        self, arguments: Sequence[str], **settings: Any
    ) -> running.Ended:
        try:
            return self._runner.run(arguments, **settings)
        except running.NoProgram as error:
            raise exception.DriverError(
                f'[backup] command = {arguments[0]}: there is no such '
                f'program. {versions.HOW_TO_GET}'
            ) from error

    def run(
        self,
        project_id: str,
        doing: str,
        *arguments: str,
        **settings: Any,
    ) -> running.Ended:
        """Run restic; locks of processes that have ended don't stop it.

        :param doing: the work in words, for errors
        :param settings: of a Runner's run(), and of :meth:`once`
        :raises DriverError: it failed
        """
        try:
            return self.once(project_id, doing, *arguments, **settings)
        except exception.RepositoryInUse:
            self.unlock(project_id)
            return self.once(
                project_id, doing, *arguments, wait=True, **settings
            )

    def once(
        self,
        project_id: str,
        doing: str,
        *arguments: str,
        wait: bool = False,
        allowed: tuple[int, ...] = (0,),
        **settings: Any,
    ) -> running.Ended:
        """Run restic, whoever has locked the repository.

        :param wait: some time for the end of a lock
        :param allowed: exit codes that are no errors
        :raises DriverError: it failed
        """
        made, key = self._commands, self._keys.of(project_id)
        ended = self._watched(
            project_id,
            doing,
            made.arguments(*arguments, wait=wait),
            environment=made.environment(project_id, key),
            **{'stall_timeout': self._section.stall_timeout, **settings},
        )
        if ended.code not in allowed:
            raise self.error(project_id, ended, doing)
        return ended

    def _watched(
        self,
        project_id: str,
        doing: str,
        arguments: Sequence[str],
        *,
        on_line: running.OnLine | None = None,
        on_error: running.OnLine | None = None,
        on_tick: running.OnTick | None = None,
        **settings: Any,
    ) -> running.Ended:
        watch = retries.Retries(on_line, on_error, on_tick)
        try:
            return self._start(
                arguments,
                on_line=watch.line,
                on_error=watch.error,
                on_tick=watch.tick,
                **settings,
            )
        except _TOLD_BY_US as error:
            where = self.where(project_id, doing)
            reason = errors.hide(error.message, self._secrets(project_id))
            raise type(error)(f'{where}: {reason}') from error

    def error(
        self, project_id: str, ended: running.Ended, doing: str
    ) -> exception.DriverError:
        """Make the error for how restic has ended."""
        where = self.where(project_id, doing)
        return errors.of(ended, where, self._secrets(project_id))

    def where(self, project_id: str, doing: str) -> str:
        """Say what is done in which repository, to begin a message with."""
        return f'{doing}, repository {self._commands.repository(project_id)}'

    def _secrets(self, project_id: str) -> list[str]:
        given = self._commands.credentials.values()
        return [*given, self._keys.of(project_id)]

    def output(
        self, project_id: str, doing: str, *arguments: str, **settings: Any
    ) -> str:
        """Run restic, and return what it prints."""
        found: list[str] = []
        self.run(
            project_id, doing, *arguments, on_line=appender(found), **settings
        )
        return '\n'.join(found)

    def snapshots(
        self, project_id: str, *tags: str
    ) -> list[dict[str, Any]] | None:
        """List the snapshots with one of some tags, or all, by their time.

        :returns: None if there is no repository
        """
        doing = 'looking for backups'
        try:
            text = self.output(project_id, doing, *commands.snapshots(*tags))
        except exception.NoRepository:
            return None
        return sorted(json.loads(text) or (), key=lambda one: one['time'])

    def find(self, project_id: str) -> None:
        """Look for the repository of a project, whoever has locked it.

        :raises NoRepository: there is none
        """
        self.once(project_id, 'looking for a repository', *commands.LOOK)

    def forget(self, project_id: str, references: list[str]) -> None:
        """Remove snapshots."""
        self.run(project_id, 'removing a backup', 'forget', '--', *references)

    def unlock(self, project_id: str, everything: bool = False) -> None:
        """Remove the locks of processes that have ended, or all."""
        options = ['--remove-all'] if everything else []
        self.once(project_id, 'removing locks', 'unlock', *options)


def appender(found: list[str]) -> Callable[[str], bool]:
    """Take lines into a list."""

    def append(line: str) -> bool:
        found.append(line)
        return True

    return append

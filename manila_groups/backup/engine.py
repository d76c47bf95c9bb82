# SPDX-License-Identifier: Apache-2.0
"""What keeps the files of backups: one repository for each project.

An engine knows ids and paths; rows, statuses and users are its callers'.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any
from typing import Protocol

#: Takes how many bytes are done, of how many; both are 0 while nobody knows.
#: What it raises ends the work, and goes on to the caller.
Report = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """What is backed up.

    :param backup_id: the backup
    :param share_group_id: the group that the files are of
    :param path: a directory with one directory per share, named by its id,
        which nobody changes
    :param share_ids: the shares
    :param parent: the reference of an earlier backup of the group, of which
        unchanged files are not read again; None if there is none
    :param known: as in check_place()
    """

    backup_id: str
    share_group_id: str
    path: str
    share_ids: tuple[str, ...]
    parent: str | None = None
    known: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """What has been backed up.

    :param reference: what the engine calls it
    :param data_size: how many bytes all files have
    :param sent_size: how many bytes this has added to the repository
    :param is_incremental: whether unchanged files were not read again
    """

    reference: str
    data_size: int
    sent_size: int
    is_incremental: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a repository has found.

    :param problems: in the engine's words; none if all is well
    :param backup_ids: the backups that are damaged, as far as they are known
    """

    problems: tuple[str, ...]
    backup_ids: tuple[str, ...]


class Engine(Protocol):
    """Keeps files; every method can be repeated after a crash.

    All but setup() raise TransientDriverError if the repository does not
    answer, RepositoryInUse if a process that lives has locked it, and
    DriverError for all that an operator has to repair.
    """

    def setup(self) -> None:
        """Make sure that the engine can work; reaches no repository.

        :raises DriverError: naming the option to change or what to install
        """

    def check_place(self, known: Sequence[str]) -> None:
        """Look whether repositories are where they were.

        Where the file system with all of them is not mounted, or the option
        names another place, there are none, which looks like a new place.

        :param known: projects that have complete backups; one of their
            repositories is enough
        :raises NoRepository: none of them is there
        """

    def save(self, project_id: str, source: Source, report: Report) -> Saved:
        """Back files up; makes the repository if there is none.

        :raises NoRepository: there is none, and the project has backups, or
            the place is not the one where repositories were
        """

    def restore(
        self, project_id: str, reference: str, path: str, report: Report
    ) -> None:
        """Write the files of a backup to ``<path>/<share id>/...``.

        :param reference: the one that save() returned
        :param path: a directory that exists
        """

    def write_manifest(
        self, project_id: str, backup_id: str, manifest: Mapping[str, Any]
    ) -> None:
        """Write down what a backup is, beside its files."""

    def read_manifest(
        self, project_id: str, backup_id: str
    ) -> Mapping[str, Any]:
        """Read what write_manifest() has written last.

        :raises DriverError: there is none
        """

    def forget(
        self, project_id: str, backup_id: str, known: Sequence[str]
    ) -> None:
        """Remove a backup and its manifest; they may be gone already.

        prune() frees the space that nothing needs any longer.

        :param known: as in check_place()
        :raises NoRepository: as in save(): nobody knows what is left
        """

    def check(
        self, project_id: str, report: Report, read_data: str | None = None
    ) -> Checked:
        """Look for damage.

        :param read_data: how much of the files is read too: a part (``1/10``),
            a percentage (``10%``), or a size (``5G``); None for nothing
        """

    def prune(self, project_id: str, report: Report) -> None:
        """Free the space of what no backup needs any longer."""

    def unlock(self, project_id: str, everything: bool = False) -> None:
        """Remove the locks of processes that have ended.

        :param everything: those of processes that may be at work too
        """

# SPDX-License-Identifier: Apache-2.0
"""Looks for damage in the repository of a project, and tidies it up."""

from collections.abc import Iterable
import re

from manila_groups.backup import engine
from manila_groups.backup import program

#: A line such as "[0:07] 42.86%  3 / 7 packs".
_BAR = re.compile(r'\[[\d:]+\] +[\d.]+% +(\d+) / (\d+) \S+')

_FOUND = 'Fatal: repository contains errors'

#: What restic advises; it is in the documentation for this service.
_ADVICE = (
    _FOUND,
    'The repository contains damaged',
    'The repository is damaged',
    'The repository index is damaged',
    'restic repair',
    'Damaged pack files can be',
    # What is said again of the same file.
    'Load(',
    'ReadFull(',
)

#: What restic can look for in snapshots, and how problems name it.
_NAMED = {
    'pack': re.compile(r'\bpack ([0-9a-f]{64})\b'),
    'tree': re.compile(r'\btree ([0-9a-f]{64})\b'),
}
#: In what is found, and in what can't be looked through.
_SNAPSHOT = re.compile(r'"snapshot":"(\w+)"|belongs to snapshot (\w+)')
_BACKUP_TAG = re.compile(r'(?:backup|manifest):(.+)')


class _Bars:
    """Reports how far each stage is."""

    def __init__(self, report: engine.Report):
        self._report = report
        self._figures = (0, 0)

    def line(self, text: str) -> bool:
        found = _BAR.match(text)
        if found is None:
            return True
        figures = (int(found[1]), int(found[2]))
        moved, self._figures = figures != self._figures, figures
        return moved

    def tick(self) -> None:
        self._report(*self._figures)


def check(
    run: program.Program,
    project_id: str,
    report: engine.Report,
    read_data: str | None,
) -> engine.Checked:
    """Look for damage, and for the backups that it is in.

    :param report: is given packs, or snapshots, in place of bytes
    """
    doing, bars = 'checking', _Bars(report)
    option = [f'--read-data-subset={read_data}'] if read_data else []
    said: list[str] = []
    ended = run.run(
        project_id,
        doing,
        'check',
        *option,
        allowed=(0, 1),
        on_line=bars.line,
        on_error=program.appender(said),
        on_tick=bars.tick,
        # It may take long over what it does not count.
        stall_timeout=None,
    )
    if ended.code and _FOUND not in said:
        raise run.error(project_id, ended, doing)
    problems = _problems(said) if ended.code else ()
    return engine.Checked(
        tuple(problems), tuple(_damaged(run, project_id, problems))
    )


def _problems(said: Iterable[str]) -> list[str]:
    lines = (line.strip() for line in said)
    return [one for one in lines if one and not one.startswith(_ADVICE)]


def _damaged(
    run: program.Program, project_id: str, problems: Iterable[str]
) -> list[str]:
    """Find the backups that need a damaged pack or a missing tree."""
    needed = {
        found
        for kind, name in _NAMED.items()
        for found in _snapshots_with(run, project_id, kind, name, problems)
    }
    return sorted(
        {
            tag[1]
            for one in run.snapshots(project_id) or ()
            for tag in map(_BACKUP_TAG.fullmatch, one.get('tags') or ())
            if tag and one['id'] in needed
        }
    )


def _snapshots_with(
    run: program.Program,
    project_id: str,
    kind: str,
    name: re.Pattern[str],
    problems: Iterable[str],
) -> set[str]:
    """Find the snapshots that need what the problems name."""
    named = sorted({one for text in problems for one in name.findall(text)})
    if not named:
        return set()
    said: list[str] = []
    run.run(
        project_id,
        'looking for damaged backups',
        *('find', '--json', f'--{kind}', '--', *named),
        on_line=program.appender(said),
        on_error=program.appender(said),
    )
    return {
        found[1] or found[2]
        for line in said
        for found in _SNAPSHOT.finditer(line)
    }


def prune(
    run: program.Program, project_id: str, report: engine.Report
) -> None:
    """Free the space of what no backup needs any longer.

    :param report: is given packs in place of bytes
    """
    bars = _Bars(report)
    run.run(
        project_id,
        'freeing space',
        'prune',
        on_line=bars.line,
        on_tick=bars.tick,
        stall_timeout=None,
    )

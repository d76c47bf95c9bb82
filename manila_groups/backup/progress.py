# SPDX-License-Identifier: Apache-2.0
"""Reads what restic prints of a backup and a restore, a JSON object a line."""

import json
from typing import Any

from manila_groups.backup import engine
from manila_groups.backup import errors

#: What counts as progress: of files and bytes, done and found.
_FIGURES = (
    'files_done',
    'files_restored',
    'bytes_done',
    'bytes_restored',
    'total_files',
    'total_bytes',
)


class Progress:
    """Takes lines, and reports how far the work is.

    :param report: is given the bytes
    :ivar summary: the last object, which sums up
    """

    def __init__(self, report: engine.Report):
        self._report = report
        self._figures: tuple[int, ...] = ()
        self._bytes = (0, 0)
        self.summary: dict[str, Any] = {}

    def line(self, text: str) -> bool:
        """Take a line; tells whether anything has been done since the last."""
        found = parse(text)
        if found.get('message_type') == 'summary':
            self.summary = found
            return True
        if found.get('message_type') != 'status':
            return True
        figures = tuple(found.get(name) or 0 for name in _FIGURES)
        moved, self._figures = figures != self._figures, figures
        self._bytes = (figures[2] + figures[3], figures[5])
        return moved

    def tick(self) -> None:
        """Report how far it is, also when nothing was said meanwhile."""
        done, total = self._bytes
        self._report(min(done, total), total)


def parse(text: str) -> dict[str, Any]:
    """Read a line; empty if it is not an object."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def sent_size(summary: dict[str, Any]) -> int:
    """Find in a summary how many bytes were added to a repository.

    Before version 0.17 the bytes were only counted before compression.
    """
    return summary.get('data_added_packed') or summary.get('data_added') or 0


def problem(line: str) -> str | None:
    """Find which file is not read or restored, in a line of errors."""
    found = parse(line)
    if found.get('message_type') == 'error':
        return errors.message(line)
    # What an argument names, in the words of all versions.
    return line if line.endswith('does not exist, skipping') else None

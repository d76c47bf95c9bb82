# SPDX-License-Identifier: Apache-2.0
"""Progress bars."""

import contextlib
import sys
from typing import TextIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich import progress


class Bar(contextlib.ExitStack):
    """A bar at the foot of the terminal, from when there is progress.

    It is a context, at whose end the bar is removed.  There is none where
    errors are not written to a terminal.
    """

    _progress: 'progress.Progress | None' = None

    def show(self, words: str, percent: int | None, far: str = '') -> None:
        """Show how far something is.

        :param words: what it is that is at work
        :param percent: how much of it is done; None if that is not known
        :param far: the same in a measure of its own
        """
        if self._progress is not None:
            (task,) = self._progress.task_ids
            self._progress.update(
                task,
                description=words,
                completed=percent or 0,
                far=far,
                refresh=True,
            )
        elif percent is not None and sys.stderr.isatty():
            self.callback(_show_cursor, sys.stderr)
            self._progress = self.enter_context(_start(words, percent, far))


def _show_cursor(terminal: TextIO) -> None:
    # Ctrl-C in the midst of drawing keeps the bar from doing that at its end,
    # and from giving sys.stderr back.
    terminal.write('\x1b[?25h')
    terminal.flush()


def _start(words: str, percent: int, far: str) -> 'progress.Progress':
    # Here, as it takes a while, and most commands need no bar.
    from rich import console
    from rich import progress

    made = progress.Progress(
        progress.TextColumn('{task.description}', markup=False),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TextColumn('{task.fields[far]}', markup=False),
        progress.TimeElapsedColumn(),
        console=console.Console(stderr=True),
        # Whoever waits looks once a second: that is often enough.
        auto_refresh=False,
        transient=True,
    )
    made.add_task(words, total=100, completed=percent, far=far)
    return made

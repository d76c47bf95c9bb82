# SPDX-License-Identifier: Apache-2.0
"""Progress bars of commands for operators."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import sys

Report = Callable[[int, int], None]


@contextlib.contextmanager
def bar(words: str) -> Iterator[Report]:
    """Show a bar at a terminal, and nothing elsewhere.

    It needs rich, which the extra "client" brings.

    :param words: what is done
    :yields: a function that takes how much of how much is done
    """
    if not sys.stderr.isatty():
        yield _ignore
        return
    try:
        from rich import console
        from rich import progress
    except ImportError:
        yield _ignore
        return
    columns = (
        progress.TextColumn('{task.description}', markup=False),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(
        *columns, console=console.Console(stderr=True), transient=True
    ) as shown:
        task = shown.add_task(words, total=None)

        def report(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total or None)

        yield report


def _ignore(_done: int, _total: int) -> None:
    pass

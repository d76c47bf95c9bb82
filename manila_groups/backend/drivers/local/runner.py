# SPDX-License-Identifier: Apache-2.0
"""Runs programs that take long in the helper process."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import time
from typing import Any

from manila_groups.backup import process
from manila_groups.backup import running

#: How many seconds the service waits between two looks at a quiet program.
_PAUSE = 0.3


class Runner:
    """A running.Runner with the rights of the helper process.

    :param call: calls a function of :mod:`.commands` by its name there
    """

    def __init__(self, call: Callable[..., Any]):
        self._call = call

    def run(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: str | None = None,
        stdin: bytes | None = None,
        on_line: running.OnLine | None = None,
        on_error: running.OnLine | None = None,
        on_tick: running.OnTick | None = None,
        stall_timeout: float | None = None,
    ) -> running.Ended:
        """Run a program, as running.Runner says."""
        number = self._call(
            'start_program', list(arguments), dict(environment), cwd, stdin
        )
        watch = running.Watch(on_line, on_error, on_tick, stall_timeout)
        return watch.follow(_Remote(self._call, number))


class _Remote:
    """A program in the helper process."""

    def __init__(self, call: Callable[..., Any], number: int):
        self._call, self._number = call, number

    def read(self, seconds: float) -> process.Output:
        """Take what there is; wait a little if there is nothing."""
        output = process.Output(*self._call('read_program', self._number))
        if output.code is None and not (output.out or output.errors):
            time.sleep(min(seconds, _PAUSE))
        return output

    def end(self) -> None:
        """End it, if it has not ended."""
        self._call('end_program', self._number)

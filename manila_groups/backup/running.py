# SPDX-License-Identifier: Apache-2.0
"""Runs a program that takes long: in sight, and no longer than its caller."""

from collections import deque
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import os
import shutil
import time
from typing import Protocol

from manila_groups import exception
from manila_groups.backup import process

#: Takes a line, and tells whether it shows progress. What it raises ends the
#: program.
OnLine = Callable[[str], bool]
#: Is called about once a second. What it raises ends the program.
OnTick = Callable[[], None]

_SECOND = 1.0
#: What a program gets of the environment of this process.
_INHERITED = ('PATH', 'HOME', 'TMPDIR')
#: How many of the last lines of errors are kept.
_ERRORS = 200

NoProgram = process.NoProgram


class Stalled(exception.TransientDriverError):
    """A program was ended because it made no progress."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """How a program has ended.

    :param code: its exit code; the negative number of a signal
    :param errors: the last lines that it wrote to its standard error
    """

    code: int
    errors: tuple[str, ...]


class Runner(Protocol):
    """Runs programs, with the rights that an engine needs."""

    def run(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: str | None = None,
        stdin: bytes | None = None,
        on_line: OnLine | None = None,
        on_error: OnLine | None = None,
        on_tick: OnTick | None = None,
        stall_timeout: float | None = None,
    ) -> Ended:
        """Run a program to its end.

        The functions are called in the caller's thread. The program ends with
        this process, and when one of them raises.

        :param arguments: the program and its arguments
        :param environment: in addition to PATH, HOME and LC_ALL=C; the place
            for secrets. A runner with more rights than this process refuses
            what is not for restic
        :param stdin: what it reads from its standard input
        :param on_line: takes the lines of its output
        :param on_error: takes the lines of its standard error
        :param stall_timeout: after how many seconds without progress it is
            ended; None for never
        :raises Stalled: there was no progress for so long
        :raises NoProgram: there is no such program
        """


class Direct:
    """Runs programs as the user of this process."""

    def run(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: str | None = None,
        stdin: bytes | None = None,
        on_line: OnLine | None = None,
        on_error: OnLine | None = None,
        on_tick: OnTick | None = None,
        stall_timeout: float | None = None,
    ) -> Ended:
        """Run a program, as Runner says."""
        env = {**_inherited(), 'LC_ALL': 'C', **environment}
        program, *rest = arguments
        found = shutil.which(program, path=env.get('PATH'))
        if found is None:
            raise NoProgram(program)
        # Not what has the same name in cwd, which may be a user's.
        command = [os.path.abspath(found), *rest]
        child = process.Process(command, env, cwd, stdin)
        watch = Watch(on_line, on_error, on_tick, stall_timeout)
        return watch.follow(child)


def _inherited() -> dict[str, str]:
    names = _INHERITED & os.environ.keys()
    return {name: os.environ[name] for name in names}


class Child(Protocol):
    """A program that runs."""

    def read(self, seconds: float) -> process.Output:
        """Wait for output for at most so long, and take what there is."""

    def end(self) -> None:
        """End it, if it has not ended."""


class Watch:
    """Follows a program to its end; the parameters are those of run()."""

    def __init__(
        self,
        on_line: OnLine | None,
        on_error: OnLine | None,
        on_tick: OnTick | None,
        stall_timeout: float | None,
    ):
        self._errors: deque[str] = deque(maxlen=_ERRORS)
        self._on_tick = on_tick or _nothing
        self._out = _Lines(on_line or _is_progress)
        self._err = _Lines(on_error or _is_progress, self._errors)
        self._patience = stall_timeout

    def follow(self, child: Child) -> Ended:
        """Return how it has ended."""
        try:
            return self._follow(child)
        finally:
            child.end()

    def _follow(self, child: Child) -> Ended:
        moved = ticked = time.monotonic()
        code = None
        while code is None:
            output = child.read(_SECOND)
            code = output.code
            now = time.monotonic()
            if self._take(output):
                moved = now
            elif self._patience is not None and now - moved > self._patience:
                raise Stalled(
                    f'there was no progress for {self._patience:g} seconds'
                )
            if now - ticked >= _SECOND:
                self._on_tick()
                ticked = now
        return Ended(code, tuple(self._errors))

    def _take(self, output: process.Output) -> bool:
        """Pass lines on; tells whether one of them shows progress."""
        is_last = output.code is not None
        moved = self._out.take(output.out, is_last)
        return self._err.take(output.errors, is_last) or moved


class _Lines:
    """Cuts what arrives into lines."""

    def __init__(self, on_line: OnLine, keep: deque[str] | None = None):
        self._on_line, self._keep = on_line, keep
        self._rest = b''

    def take(self, data: bytes, is_last: bool) -> bool:
        *lines, self._rest = (self._rest + data).split(b'\n')
        if is_last and self._rest:
            lines.append(self._rest)
        moved = False
        for line in lines:
            text = line.decode(errors='replace')
            if self._keep is not None:
                self._keep.append(text)
            moved |= self._on_line(text)
        return moved


def _is_progress(_line: str) -> bool:
    return True


def _nothing() -> None:
    pass

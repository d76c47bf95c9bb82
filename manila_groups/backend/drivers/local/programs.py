# SPDX-License-Identifier: Apache-2.0
"""Programs that take long, as root: started, looked at again and again, ended.

A call of the helper process keeps one of its few threads, so none of these
functions waits for a program that goes on.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import time
import uuid

from manila_groups import exception
from manila_groups.backend.drivers.local import allowed
from manila_groups.backup import process
from manila_groups.backup import running

#: Seconds between two looks at a program that has nothing to say.
_PAUSE = 0.1

#: Those that run, by their keys.
_programs: dict[str, process.Process] = {}


def start_program(
    timeout: float,
    key: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    cwd: str | None,
    stdin: bytes | None,
) -> None:
    """Start a program that may run as root.

    :param key: the name of this run, which no other has
    :raises NoProgram: there is no such program
    :raises DriverError: it, or a variable, is not allowed
    """
    program, *rest = arguments
    _programs[key] = process.Process(
        [allowed.program(program), *rest],
        allowed.environment(environment),
        cwd,
        stdin,
    )


def read_program(timeout: float, key: str) -> tuple[bytes, bytes, int | None]:
    """Take what a program has written; see :class:`.process.Output`.

    :raises TransientDriverError: it has ended with an earlier helper process
    """
    if key not in _programs:
        raise exception.TransientDriverError(
            'a program has ended with the helper process of '
            'local_privileges = privsep that had started it'
        )
    output = _programs[key].read(0)
    return output.out, output.errors, output.code


def end_program(timeout: float, key: str) -> None:
    """End a program, unless it has ended, and forget it."""
    program = _programs.pop(key, None)
    if program is not None:
        program.end()


class Helped:
    """Runs programs in the helper process.

    :param call: runs privileged functions
    """

    def __init__(self, call):
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
        """Run a program, as Runner says."""
        child = _Child(self._call)
        child.start([*arguments], {**environment}, cwd, stdin)
        watch = running.Watch(on_line, on_error, on_tick, stall_timeout)
        return watch.follow(child)


class _Child:
    """A program that the helper process runs."""

    def __init__(self, call):
        self._call = call
        self._key = uuid.uuid4().hex

    def start(self, *arguments):
        self._ask('start_program', *arguments)

    def read(self, seconds):
        end = time.monotonic() + seconds
        while True:
            output = process.Output(*self._ask('read_program'))
            said = output.out or output.errors or output.code is not None
            if said or time.monotonic() >= end:
                return output
            time.sleep(_PAUSE)

    def end(self):
        self._ask('end_program')

    def _ask(self, name, *arguments):
        try:
            return self._call(name, self._key, *arguments)
        except OSError as error:
            raise exception.TransientDriverError(
                f'the helper process of local_privileges = privsep: {error}'
            ) from error

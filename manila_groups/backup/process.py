# SPDX-License-Identifier: Apache-2.0
"""A program that runs, whose output is taken when somebody asks for it."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
import os
import selectors
import shutil
import signal
import subprocess
import time

from manila_groups import bound
from manila_groups import exception

#: Where the programs of the system are, whatever PATH is.
SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

#: Seconds for a program to end by itself, which removes its locks; and for
#: the kernel to end it.
_PATIENCE = 5

#: How much is read at once; also the size of a pipe.
_SIZE = 2**16


class NoProgram(Exception):
    """There is no such program."""


@dataclasses.dataclass(frozen=True, slots=True)
class Output:
    """What a program has written since the last look.

    :param out: to its standard output
    :param errors: to its standard error
    :param code: its exit code once it has ended, and all is read
    """

    out: bytes
    errors: bytes
    code: int | None


class Process:
    """Starts a program, in a process group of its own.

    :param command: the program, as an absolute path, and its arguments
    :param environment: all variables that it gets
    :param cwd: where it begins
    :param stdin: what it reads; nothing if it is None
    :raises DriverError: it can't be started
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        cwd: str | None = None,
        stdin: bytes | None = None,
    ):
        self._child = _start(command, environment, cwd, stdin)
        self.pid = self._child.pid
        self._open = selectors.DefaultSelector()
        for name in ('stdout', 'stderr'):
            pipe = getattr(self._child, name)
            self._open.register(pipe, selectors.EVENT_READ, name)

    def read(self, seconds: float) -> Output:
        """Wait for output for at most so long, and take what there is."""
        taken = {'stdout': b'', 'stderr': b''}
        for key, _ in self._open.select(seconds):
            data = os.read(key.fd, _SIZE)
            taken[key.data] += data
            if not data:
                self._open.unregister(key.fileobj)
        # Something that it has started may still have its output open.
        code = None if any(taken.values()) else self._code(seconds)
        return Output(taken['stdout'], taken['stderr'], code)

    def _code(self, seconds: float) -> int | None:
        if self._open.get_map():
            return self._child.poll()
        # It has closed its output, so that this does not take long.
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._child.wait(seconds)
        return None

    def end(self) -> None:
        """End the program and all that it has started, unless it has ended."""
        if self._child.poll() is None:
            self._signal(signal.SIGINT)
            self._wait()
            self._signal(signal.SIGKILL)
            self._wait()
        self._open.close()
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _wait(self) -> None:
        """Wait for its end, without waiting for anybody to read."""
        deadline = time.monotonic() + _PATIENCE
        while self._child.poll() is None and time.monotonic() < deadline:
            if self._open.get_map():
                self.read(0.1)
            else:
                time.sleep(0.1)


def _start(
    command: Sequence[str],
    environment: Mapping[str, str],
    cwd: str | None,
    stdin: bytes | None,
) -> subprocess.Popen[bytes]:
    setpriv = shutil.which('setpriv', path=SYSTEM_PATH)
    if setpriv is None:
        raise exception.DriverError('there is no setpriv of util-linux')
    try:
        with _input(stdin) as file:
            return subprocess.Popen(  # noqa: S603 - of the configuration
                bound.command(*command, setpriv=setpriv),
                env=environment,
                cwd=cwd,
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
    except OSError as error:
        raise exception.DriverError(
            f'{command[0]} cannot be started: {error}'
        ) from error


@contextlib.contextmanager
def _input(data: bytes | None) -> Iterator[int]:
    # A file in memory: a pipe would have to be filled meanwhile.
    file = os.memfd_create('input')
    try:
        os.write(file, data or b'')
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)

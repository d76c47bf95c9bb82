# SPDX-License-Identifier: Apache-2.0
"""Programs that take long, as functions that return at once.

They run in a helper process, which can do only a few calls at a time, and end
with it.
"""

import os
import shutil
import stat

from manila_groups import exception
from manila_groups.backup import process

#: The programs that run, by their numbers.
_running: dict[int, process.Process] = {}

#: How long a call waits for output, in seconds.
_SOON = 0.05


def start_program(
    _timeout: float,
    arguments: list[str],
    environment: dict[str, str],
    cwd: str | None,
    stdin: bytes | None,
) -> int:
    """Start a program that nobody but root can have put there.

    :returns: its number, for the functions below
    :raises NoProgram: there is no such program
    :raises DriverError: somebody else could have changed it
    """
    found = shutil.which(arguments[0])
    if found is None:
        raise process.NoProgram(arguments[0])
    _check_owner(os.path.realpath(found))
    child = process.Process([found, *arguments[1:]], environment, cwd, stdin)
    _running[child.pid] = child
    return child.pid


def _check_owner(path):
    """Refuse what would let a user of this machine become root."""
    while True:
        found = os.stat(path)
        others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if found.st_uid or (others and not found.st_mode & stat.S_ISVTX):
            raise exception.DriverError(
                f'{path} is not only for root to change, so that it does not '
                'run as root'
            )
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def read_program(_timeout: float, number: int) -> tuple:
    """Take what a program has written, and its exit code if it has ended."""
    output = _running[number].read(_SOON)
    return output.out, output.errors, output.code


def end_program(_timeout: float, number: int) -> None:
    """End a program if it has not ended; it may be forgotten already."""
    child = _running.pop(number, None)
    if child is not None:
        child.end()

# SPDX-License-Identifier: Apache-2.0
"""Ends restic when the server of a repository does not answer.

restic itself tries for a quarter of an hour, in which nobody would know.
"""

import re
import time

from manila_groups import exception
from manila_groups.backup import errors
from manila_groups.backup import running

_RETRYING = re.compile(r'(.*) returned error, retrying after [\w.]+: (.*)')

#: What restic does not try again: it ends then, but for a few times, in which
#: it waits for itself.
_FAILED = re.compile(r'\w+\(<\w+/\w+>\) failed: (.*)')

_MISSING = re.compile(r'no such file|does not exist', re.IGNORECASE)

#: How many seconds restic may try to reach the server.
PATIENCE = 60.0


class NoAnswer(exception.TransientDriverError):
    """The server of a repository does not answer."""


class NotEnding(exception.DriverError):
    """restic has failed for good, and goes on to run."""


class Retries:
    """Stands between a Runner and those who look at what restic writes.

    :param on_line: as in run(); so are the others
    """

    def __init__(
        self,
        on_line: running.OnLine | None,
        on_error: running.OnLine | None,
        on_tick: running.OnTick | None,
    ):
        self._on_line, self._on_error = on_line, on_error
        self._on_tick = on_tick
        self._since: float | None = None
        self._reason = ''
        self._failed: str | None = None

    def line(self, text: str) -> bool:
        """Pass a line of the output on."""
        moved = self._on_line(text) if self._on_line else True
        if moved:
            self._since = None
        return moved

    def error(self, text: str) -> bool:
        """Pass a line of the errors on, and look whether it tells of one."""
        found = _RETRYING.match(text)
        failed = _FAILED.match(text)
        if failed is not None:
            self._failed = failed[1]
            self._since = time.monotonic()
        if found is None:
            return self._on_error(text) if self._on_error else True
        self._reason = found[2]
        if self._since is None:
            self._since = time.monotonic()
        return False

    def tick(self) -> None:
        """End restic if it has tried for long."""
        if self._on_tick:
            self._on_tick()
        if self._since and time.monotonic() - self._since > PATIENCE:
            if self._failed is not None:
                raise _of_failure(self._failed)
            if _MISSING.search(self._reason):
                # Before version 0.17, this was tried again too.
                raise errors.Damaged(f'a file is missing: {self._reason}')
            raise NoAnswer(f'the server does not answer: {self._reason}')


def _of_failure(reason: str) -> exception.DriverError:
    text = f'restic did not end when it had failed: {reason}'
    found = errors.of_file(text, reason)
    is_transient = isinstance(found, exception.TransientDriverError)
    return (NoAnswer if is_transient else NotEnding)(text)

# SPDX-License-Identifier: Apache-2.0
"""Small helpers that every part of the service may use."""

from collections.abc import Callable
from typing import Any
from typing import TypeVar

from oslo_log import log

LOG = log.getLogger(__name__)


T = TypeVar('T')


def present(value: T | None) -> T:
    """Return what must be there, such as a row that was just added.

    :raises LookupError: it is not there
    """
    if value is None:
        raise LookupError('A row that was just written is not there.')
    return value


def call_logging_errors(function: Callable, *args: Any) -> None:
    """Call a function, and log its error: a later search retries the work."""
    try:
        function(*args)
    except Exception:
        LOG.exception(
            '%s%s failed; it will be retried', function.__qualname__, args
        )


class FailureLog:
    """Logs a problem once: it may last, and the disk may be full of it.

    :param what: what may fail, as the subject of a sentence
    """

    def __init__(self, what: str):
        self._what = what
        self._problem: tuple[type, str] | None = None

    def failed(self, error: Exception, seconds: float) -> None:
        """Note that it failed, and is repeated after so many seconds."""
        # The other lines of a database error have values that change.
        first_line = (str(error).splitlines() or [''])[0]
        problem = type(error), first_line
        if problem == self._problem:
            LOG.debug('%s still fails', self._what, exc_info=error)
            return
        self._problem = problem
        LOG.error(
            '%s failed and is repeated every %g seconds: %s',
            self._what,
            seconds,
            first_line,
            exc_info=error,
        )

    def worked(self) -> None:
        """Note that it did not fail."""
        if self._problem is not None:
            LOG.info('%s works again', self._what)
        self._problem = None


def label(row: Any) -> str:
    """Name a row in a message: by its id, and by its name if it has one."""
    return f'{row.id} ("{row.name}")' if row.name else row.id

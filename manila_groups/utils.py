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


def label(row: Any) -> str:
    """Name a row in a message: by its id, and by its name if it has one."""
    return f'{row.id} ("{row.name}")' if row.name else row.id

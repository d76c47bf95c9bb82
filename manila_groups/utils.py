# SPDX-License-Identifier: Apache-2.0
"""Small helpers that every part of the service may use."""

from collections.abc import Callable

from oslo_log import log

LOG = log.getLogger(__name__)


def call_logging_errors(function: Callable, *args) -> None:
    """Call a function, and log its error: a later search retries the work."""
    try:
        function(*args)
    except Exception:
        LOG.exception(
            '%s%s failed; it will be retried', function.__qualname__, args
        )


def label(row) -> str:
    """Name a row in a message: by its id, and by its name if it has one."""
    return f'{row.id} ("{row.name}")' if row.name else row.id

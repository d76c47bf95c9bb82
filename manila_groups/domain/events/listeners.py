# SPDX-License-Identifier: Apache-2.0
"""The listeners to the events of one part of a process."""

from collections.abc import Callable

from manila_groups.db import audit
from manila_groups.domain.events import notifications


def of(conf, role: str, host: str) -> tuple[Callable, ...]:
    """Make the listeners for one part of a process.

    :param role: the part: api, scheduler or backend
    :param host: the name of the part
    :raises ConfigurationError: see notifications.Notifier
    """
    return (
        audit.Auditor(f'{role}.{host}'),
        notifications.Notifier(conf, role, host),
    )

# SPDX-License-Identifier: Apache-2.0
"""Who hears of what a part of the process has changed."""

from collections.abc import Callable

from manila_groups.db import audit
from manila_groups.groups import notifications


def of(conf, role: str, host: str) -> tuple[Callable, ...]:
    """Make the listeners of a part of the process.

    :param role: of the part: api, scheduler or backend
    :param host: the name that the part is known under
    :raises ConfigurationError: see notifications.Notifier
    """
    return (
        audit.Auditor(f'{role}.{host}'),
        notifications.Notifier(conf, role, host),
    )

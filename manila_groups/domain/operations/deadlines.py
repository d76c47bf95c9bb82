# SPDX-License-Identifier: Apache-2.0
"""Until when operations, and statuses, may last."""

import datetime
from typing import Any

from oslo_utils import timeutils


def deadline(conf: Any) -> datetime.datetime:
    """Return the time since when an operation may have made no progress."""
    return before(conf.service.work_deadline)


def stuck(conf: Any) -> datetime.datetime:
    """Return the time before which the last progress is too long ago."""
    return before(conf.service.stuck_after)


def is_past(conf: Any, row: Any) -> bool:
    """Tell whether a row has had its status for longer than is allowed."""
    since: datetime.datetime = (
        row.stepped_at or row.updated_at or row.created_at
    )
    return since < deadline(conf)


def before(seconds: float) -> datetime.datetime:
    """Return the time so many seconds ago."""
    return timeutils.utcnow() - datetime.timedelta(seconds=seconds)

# SPDX-License-Identifier: Apache-2.0
"""What drivers report of their pools."""

import dataclasses
import math
from typing import Any

#: A capacity without a limit, and one that the storage does not report.
INFINITE = 'infinite'
UNKNOWN = 'unknown'

#: GiB, or one of the two words above: JSON cannot express infinity.
Capacity = float | str

#: Characters of a pool's name: ``host@backend#pool``, with a host of up to 100
#: and a back end of up to 63, is stored in 255.
MAX_NAME = 90


@dataclasses.dataclass(frozen=True, slots=True)
class PoolReport:
    """A back end's report on one of its pools.

    Shares may claim, in all, the free capacity plus what they use already,
    minus what is reserved, times ``max_over_subscription_ratio``.

    :param name: unique in the back end, 1 to 90 characters; the last part of
        ``host@backend#pool``, so without ``@`` and ``#``
    :param total_capacity_gb: in GiB, :data:`INFINITE` or :data:`UNKNOWN`
    :param free_capacity_gb: likewise; includes what is reserved
    :param used_capacity_gb: how much this back end's shares use, in GiB; 0 if
        that is not known
    :param reserved_percentage: percent of the total, 0 to 100
    :param max_over_subscription_ratio: how many times the capacity may be
        claimed
    :param capabilities: what share types' extra specs are matched with; JSON
        values
    :param group_capabilities: what group specs are matched with; likewise
    :raises ValueError: the name or a number is invalid
    """

    name: str
    total_capacity_gb: Capacity
    free_capacity_gb: Capacity
    used_capacity_gb: float = 0
    reserved_percentage: int = 0
    max_over_subscription_ratio: float = 1.0
    capabilities: dict[str, Any] = dataclasses.field(default_factory=dict)
    group_capabilities: dict[str, Any] = dataclasses.field(
        default_factory=dict
    )

    def __post_init__(self):
        _check_name(self.name)
        _check_capacity(self, 'total_capacity_gb')
        _check_capacity(self, 'free_capacity_gb')
        if not 0 <= self.reserved_percentage <= 100:
            raise ValueError(
                f'pool {self.name}: reserved_percentage must be 0 to 100, '
                f'not {self.reserved_percentage!r}'
            )
        _check_at_least(self, 'used_capacity_gb', 0)
        _check_at_least(self, 'max_over_subscription_ratio', 1)

    def claimable_gb(self) -> float | None:
        """How much shares may claim in all, in GiB; None is no limit."""
        total, free = self.total_capacity_gb, self.free_capacity_gb
        if isinstance(free, str):
            return None
        reserved = 0.0
        if not isinstance(total, str):
            reserved = total * self.reserved_percentage / 100
        usable = max(free + self.used_capacity_gb - reserved, 0)
        return usable * self.max_over_subscription_ratio


def _check_name(name):
    if not isinstance(name, str) or not name or set(name) & set('@#'):
        raise ValueError(
            f'the name of a pool must be text without @ and #, not {name!r}'
        )
    if len(name) > MAX_NAME:
        raise ValueError(
            f'the name of a pool must have at most {MAX_NAME} characters, not '
            f'{len(name)}: {name!r}'
        )


def _check_capacity(pool, field):
    value = getattr(pool, field)
    if isinstance(value, str):
        usable = value in (INFINITE, UNKNOWN)
    else:
        usable = math.isfinite(value) and value >= 0
    if not usable:
        raise ValueError(
            f'pool {pool.name}: {field} must be a number of GiB, '
            f'"{INFINITE}" or "{UNKNOWN}", not {value!r}'
        )


def _check_at_least(pool, field, minimum):
    value = getattr(pool, field)
    if not (math.isfinite(value) and value >= minimum):
        raise ValueError(
            f'pool {pool.name}: {field} must be a number of at least '
            f'{minimum}, not {value!r}'
        )

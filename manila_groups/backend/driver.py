# SPDX-License-Identifier: Apache-2.0
"""The interface between the service and a storage system.

A driver is a class that derives from :class:`Driver`. The back end's manager
makes one instance per back end and calls it; the driver knows nothing of the
database, of messages or of the API.
"""

import abc
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import math
from typing import Any

from oslo_config import cfg

#: A capacity without a limit, and one that the storage does not tell.
INFINITE = 'infinite'
UNKNOWN = 'unknown'

#: GiB, or one of the two words above: JSON has no infinity.
Capacity = float | str

#: Characters of a pool's name: ``host@backend#pool``, with a host of up to 100
#: and a back end of up to 63, is stored in 255.
MAX_NAME = 90


@dataclasses.dataclass(frozen=True, slots=True)
class ShareGroup:
    """What a driver is told of a share group.

    :param id: a UUID in its canonical form: lower case, with hyphens
    :param project_id: whose group it is
    :param pool: the name of the pool that the scheduler chose
    :param group_specs: the group type's specs; those with a scope
        (``vendor:key``) are for drivers, which ignore scopes that they
        don't know
    """

    id: str
    project_id: str
    pool: str
    group_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class PoolReport:
    """What a back end says of one of its pools.

    :param name: unique in the back end, 1 to 90 characters; the last part of
        ``host@backend#pool``, so without ``@`` and ``#``
    :param total_capacity_gb: in GiB, :data:`INFINITE` or :data:`UNKNOWN`
    :param free_capacity_gb: likewise; what is reserved counts as free
    :param reserved_percentage: percent of the total, 0 to 100
    :param capabilities: what share types' extra specs are matched with;
        values are those of JSON
    :param group_capabilities: what group specs are matched with; likewise
    :raises ValueError: if the name or a number can't be used
    """

    name: str
    total_capacity_gb: Capacity
    free_capacity_gb: Capacity
    reserved_percentage: int = 0
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


class Driver(abc.ABC):
    """One back end's storage; derive from this to add a storage system.

    Every method is idempotent: called again for the same id, also after a
    crash in the middle of an earlier call, it leads to the same state. A
    method that can't do its work raises
    :exc:`~manila_groups.exception.DriverError` with a message for the
    operator that says what is wrong and, where possible, what to do.

    Methods are called from several threads, at the same time for different
    share groups, never for the same one; :meth:`pools` at any time.

    :param name: the back end's name, which is its section's
    :param section: the options of that section, ``conf[name]``
    """

    #: Options that the driver adds to its back end's section.
    opts: Iterable[cfg.Opt] = ()

    #: Who made the driver, and which it is: capabilities of every pool.
    vendor_name = 'unknown'
    driver_version = 'unknown'

    def __init__(self, name: str, section: cfg.ConfigOpts.GroupAttr):
        self.name = name
        self.section = section

    def capabilities(self) -> dict[str, Any]:
        """Say what every pool of this back end has in common.

        :returns: the capabilities that each driver reports, for
            :attr:`PoolReport.capabilities` to begin with
        """
        return {
            'share_backend_name': self.section.share_backend_name or self.name,
            'driver_handles_share_servers': False,
            'vendor_name': self.vendor_name,
            'driver_version': self.driver_version,
        }

    @abc.abstractmethod
    def setup(self) -> None:
        """Make sure that the back end can work.

        Called before any other method, and again, later, when it failed.

        :raises DriverError: if the back end can't work; the message names
            the option to change or the thing to repair
        """

    @abc.abstractmethod
    def pools(self) -> list[PoolReport]:
        """Report the pools as they are now; called every few seconds.

        :raises DriverError: if the storage can't be asked
        """

    @abc.abstractmethod
    def create_share_group(self, group: ShareGroup) -> None:
        """Make a share group in its pool; one that is there is left alone.

        :raises DriverError: if the group could not be made; a later
            :meth:`delete_share_group` removes what was made of it
        """

    @abc.abstractmethod
    def delete_share_group(self, group: ShareGroup) -> None:
        """Remove a share group; one that is not there is gone already.

        :raises DriverError: if something of the group is still there
        """

# SPDX-License-Identifier: Apache-2.0
"""The driver "local", some calls of which fail or hang."""

import functools
import time

from manila_groups import exception
from manila_groups.backend.drivers.local import driver
from manila_groups.tests.faults import chances

REFUSED = 'driver call failed before its work'
FAILED = 'driver call failed after its work'
_SLOW = 'driver call hung for seconds'
HUNG = 'driver call hung beyond the deadline'

#: How often each happens to a call that does work, and to a look at the pools.
WORK = {REFUSED: 0.04, FAILED: 0.04, _SLOW: 0.04, HUNG: 0.01}
LOOK = {REFUSED: 0.01, _SLOW: 0.005}

#: For how many seconds calls hang.
SECONDS = {_SLOW: (1, 8), HUNG: (35, 45)}

_METHODS = {
    'create_share_group': WORK,
    'delete_share_group': WORK,
    'create_share': WORK,
    'delete_share': WORK,
    'resize_share': WORK,
    'create_share_group_snapshot': WORK,
    'delete_share_group_snapshot': WORK,
    'create_share_group_from_snapshot': WORK,
    'create_share_group_from_group': WORK,
    'revert_share_group': WORK,
    'read_snapshot': WORK,
    'create_share_group_from_files': WORK,
    'restore_share_group': WORK,
    'update_access': WORK,
    'pools': LOOK,
}


class FaultyDriver(driver.LocalDriver):
    """The driver of back ends with ``driver = faulty``."""

    def __init__(self, name, section):
        super().__init__(name, section)
        self._chances = chances.Chances()
        for method, table in _METHODS.items():
            call = getattr(self, method)
            setattr(self, method, functools.partial(self._faulty, call, table))

    def _faulty(self, method, table, *args):
        fault = self._chances.draw(table)
        if fault == REFUSED:
            raise exception.DriverError(f'{method.__name__}: {fault}')
        if fault in SECONDS:
            time.sleep(self._chances.between(*SECONDS[fault]))
        answer = method(*args)
        if fault == FAILED:
            raise exception.DriverError(f'{method.__name__}: {fault}')
        return answer

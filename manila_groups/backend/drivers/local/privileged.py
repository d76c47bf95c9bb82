# SPDX-License-Identifier: Apache-2.0
"""Runs privileged functions in this process, or in a helper process."""

import functools
import importlib

from manila_groups.backend.drivers.local import commands


@functools.cache
def _privsep():
    # oslo.privsep registers options on the global configuration, so only the
    # back ends that need it import it.
    return importlib.import_module(f'{__package__}.privsep')


class Caller:
    """Calls functions of :mod:`.commands` by name.

    :param section: the options of a back end's section
    """

    def __init__(self, section):
        self._timeout = section.local_command_timeout
        self._privsep = section.local_privileges == 'privsep'
        self._command = section.local_privsep_command

    def __call__(self, name, *args):
        if self._privsep:
            return _privsep().call(name, self._timeout, *args)
        return commands.FUNCTIONS[name](self._timeout, *args)

    def start(self) -> bool:
        """Make sure that functions can be called.

        :returns: whether they work as root
        :raises DriverError: if the helper process cannot be started
        """
        if self._privsep:
            _privsep().start(self._command)
        return self('check') == 0

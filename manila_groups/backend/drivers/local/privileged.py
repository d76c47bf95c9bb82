# SPDX-License-Identifier: Apache-2.0
"""Calls what needs privileges: in this process, or in one of root.

The helper process of oslo.privsep imports this module too, and keeps the
capabilities named here.
"""

from oslo_config import cfg
from oslo_privsep import capabilities
from oslo_privsep import daemon
from oslo_privsep import priv_context

from manila_groups import exception
from manila_groups.backend.drivers.local import commands

_SECTION = 'manila_groups_privsep'

context = priv_context.PrivContext(
    __name__,
    cfg_section=_SECTION,
    pypath=f'{__name__}.context',
    capabilities=[
        capabilities.CAP_CHOWN,
        capabilities.CAP_DAC_OVERRIDE,
        capabilities.CAP_DAC_READ_SEARCH,
        capabilities.CAP_FOWNER,
        capabilities.CAP_FSETID,
        capabilities.CAP_LINUX_IMMUTABLE,
        capabilities.CAP_MKNOD,
        capabilities.CAP_SETFCAP,
        capabilities.CAP_SYS_ADMIN,
    ],
)


def _direct(name, *args):
    return commands.FUNCTIONS[name](*args)


@context.entrypoint
def remote(name, *args):
    """Call a function of the table where the helper process runs it."""
    return _direct(name, *args)


class Caller:
    """Calls functions of :mod:`.commands` by name.

    :param section: the options of a back end's section
    """

    def __init__(self, section):
        self._timeout = section.local_command_timeout
        self._privsep = section.local_privileges == 'privsep'
        self._command = section.local_privsep_command

    def __call__(self, name, *args):
        call = remote if self._privsep else _direct
        return call(name, self._timeout, *args)

    def start(self) -> bool:
        """Make sure that functions can be called.

        :returns: whether they work as root
        :raises DriverError: if the helper process can't be started
        """
        if self._privsep:
            cfg.CONF.set_override('helper_command', self._command, _SECTION)
        try:
            return self('check') == 0
        except (daemon.FailedToDropPrivileges, OSError) as error:
            raise exception.DriverError(
                'the helper process of local_privileges = privsep can not be '
                f'started by local_privsep_command = {self._command}: {error}'
            ) from error

# SPDX-License-Identifier: Apache-2.0
"""A helper process that runs privileged functions as root.

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


@context.entrypoint
def call(name, *args):
    """Run a function of the table in the helper process."""
    return commands.FUNCTIONS[name](*args)


def start(command: str) -> None:
    """Make sure that the helper process runs.

    :param command: the command that starts it as root
    :raises DriverError: if it cannot be started
    """
    cfg.CONF.set_override('helper_command', command, _SECTION)
    try:
        call('check', 0)
    except (daemon.FailedToDropPrivileges, OSError) as error:
        raise exception.DriverError(
            'the helper process of local_privileges = privsep cannot be '
            f'started by local_privsep_command = {command}: {error}'
        ) from error

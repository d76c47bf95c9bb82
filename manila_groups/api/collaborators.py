# SPDX-License-Identifier: Apache-2.0
"""What the process makes once, and where the pipeline finds it."""

import dataclasses
from typing import Any

from oslo_config import cfg

from manila_groups import policy
from manila_groups.groups import clients

#: The keys of paste.deploy's global configuration: the one that
#: keystonemiddleware reads the process's configuration from, and one more.
CONF = 'oslo_config_config'
KEY = 'manila_groups_collaborators'


@dataclasses.dataclass(frozen=True, slots=True)
class Collaborators:
    """What the process makes once, for the pipeline to use.

    :ivar conf: the configuration
    :ivar db: the database
    :ivar unavailable: what is raised when the database cannot be used now, and
        may be later
    :ivar enforcer: the policy
    :ivar transport: what messages go over
    :ivar scheduler: tells schedulers of waiting work
    :ivar backends: tells back ends of waiting work
    """

    conf: cfg.ConfigOpts
    db: Any
    unavailable: tuple[type[Exception], ...]
    enforcer: policy.Enforcer
    transport: object
    scheduler: clients.SchedulerClient
    backends: clients.BackendClient

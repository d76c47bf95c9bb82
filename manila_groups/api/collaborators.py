# SPDX-License-Identifier: Apache-2.0
"""The objects that a process has once, and their keys in the pipeline."""

import dataclasses
from typing import Any

from oslo_config import cfg

from manila_groups import policy
from manila_groups.domain import placements

#: The keys of paste.deploy's global configuration: the one that
#: keystonemiddleware reads the process's configuration from, and one more.
CONF = 'oslo_config_config'
KEY = 'manila_groups_collaborators'


@dataclasses.dataclass(frozen=True, slots=True)
class Collaborators:
    """The objects that a process has once, for the pipeline.

    :ivar conf: the configuration
    :ivar db: the database
    :ivar unavailable: the exceptions of a database that is temporarily
        unavailable
    :ivar enforcer: the policy
    :ivar transport: the messaging transport
    :ivar waker: wakes schedulers and back ends
    :ivar explain: decides as schedulers do
    """

    conf: cfg.ConfigOpts
    db: Any
    unavailable: tuple[type[Exception], ...]
    enforcer: policy.Enforcer
    transport: object
    waker: Any
    explain: placements.Explain

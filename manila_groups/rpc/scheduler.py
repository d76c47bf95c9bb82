# SPDX-License-Identifier: Apache-2.0
"""The messages that a scheduler receives.

=======  =====================================================
Version  What it brings
=======  =====================================================
1.0      place, with the kind and the id of a resource
1.1      wake, without anything, which takes its place
=======  =====================================================
"""

from manila_groups.rpc import base as rpc
from manila_groups.rpc import wake as wakes

VERSION = '1.1'


class SchedulerAPI(rpc.API):
    """Wakes any scheduler.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        super().__init__(
            transport, rpc.SCHEDULER_TOPIC, VERSION, 'scheduler', 'place'
        )

    def wake(self, wake: wakes.Wake) -> None:
        """Let it look at its queue."""
        self._wake(wake)

# SPDX-License-Identifier: Apache-2.0
"""The messages that a back end receives.

=======  =====================================================
Version  What it brings
=======  =====================================================
1.0      work, with the kind and the id of a resource
1.1      wake, without anything, which takes its place
=======  =====================================================
"""

from manila_groups.rpc import base as rpc
from manila_groups.rpc import wake as wakes

VERSION = '1.1'


class BackendAPI(rpc.API):
    """Wakes one back end.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        super().__init__(
            transport, rpc.BACKEND_TOPIC, VERSION, 'backend', 'work'
        )

    def wake(self, wake: wakes.Wake) -> None:
        """Let it look at its queue."""
        self._wake(wake, server=wake.place)

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


class BackendAPI:
    """Wakes one back end.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        self._client = rpc.Client(
            transport, rpc.BACKEND_TOPIC, VERSION, 'backend'
        )

    def wake(self, wake: wakes.Wake) -> None:
        """Let it look at its queue.

        What the release before understands is sent as long as
        [upgrade_levels] says so.
        """
        if self._client.can_send('1.1'):
            self._client.send('wake', '1.1', server=wake.place)
            return
        self._client.send(
            'work',
            '1.0',
            server=wake.place,
            kind=wake.kind,
            row_id=wake.resource_id,
        )

    def check_broker(self, patience: float) -> None:
        """Check that messages leave.

        :param patience: seconds for which a message may wait; 0 for any time
        :raises ServiceUnavailable: a message waits longer
        """
        self._client.check_broker(patience)

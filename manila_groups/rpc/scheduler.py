# SPDX-License-Identifier: Apache-2.0
"""The messages that a scheduler receives.

=======  =================================
Version  What it brings
=======  =================================
1.0      place
=======  =================================
"""

from manila_groups.rpc import base as rpc

VERSION = '1.0'


class SchedulerAPI:
    """Sends wake-ups to any scheduler.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        self._client = rpc.Client(
            transport, rpc.SCHEDULER_TOPIC, VERSION, 'scheduler'
        )

    def place(self, ctxt, kind: str, row_id: str) -> None:
        """Say that a group or a share waits for a pool, or for capacity.

        :param kind: states.SHARE_GROUP or states.SHARE
        """
        self._client.hint(ctxt, 'place', '1.0', kind=kind, row_id=row_id)

    def check_broker(self, patience: float) -> None:
        """Check that messages leave.

        :param patience: seconds for which a message may wait; 0 for any time
        :raises ServiceUnavailable: a message waits longer
        """
        self._client.check_broker(patience)

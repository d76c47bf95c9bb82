# SPDX-License-Identifier: Apache-2.0
"""The messages that a scheduler takes.

=======  =================================
Version  What it brings
=======  =================================
1.0      place
=======  =================================
"""

from manila_groups import rpc

VERSION = '1.0'


class SchedulerAPI:
    """Tells some scheduler of waiting work.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        self._client = rpc.Client(
            transport, rpc.SCHEDULER_TOPIC, VERSION, 'scheduler'
        )

    def place(self, ctxt, kind: str, row_id: str) -> None:
        """Say that a group or a share waits for a place or for room.

        :param kind: states.SHARE_GROUP or states.SHARE
        """
        self._client.hint(ctxt, 'place', '1.0', kind=kind, row_id=row_id)

    def check_broker(self, patience: float) -> None:
        """Refuse work of which nobody could be told for now.

        :param patience: seconds for which a message may wait; 0 is any time
        :raises ServiceUnavailable: one waits longer
        """
        self._client.check_broker(patience)

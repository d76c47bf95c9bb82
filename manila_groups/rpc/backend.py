# SPDX-License-Identifier: Apache-2.0
"""The messages that a back end receives.

=======  =================================
Version  What it brings
=======  =================================
1.0      work
=======  =================================
"""

from manila_groups.rpc import base as rpc

VERSION = '1.0'


class BackendAPI:
    """Sends wake-ups to one back end.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        self._client = rpc.Client(
            transport, rpc.BACKEND_TOPIC, VERSION, 'backend'
        )

    def work(self, ctxt, pool: str, kind: str, row_id: str) -> None:
        """Say that a row in one of its pools waits for the back end.

        :param pool: host@backend#pool
        :param kind: the kind of the row, as in states
        """
        self._client.hint(
            ctxt,
            'work',
            '1.0',
            server=pool.partition('#')[0],
            kind=kind,
            row_id=row_id,
        )

    def check_broker(self, patience: float) -> None:
        """Check that messages leave.

        :param patience: seconds for which a message may wait; 0 for any time
        :raises ServiceUnavailable: a message waits longer
        """
        self._client.check_broker(patience)

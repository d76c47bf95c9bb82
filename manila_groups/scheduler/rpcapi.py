# SPDX-License-Identifier: Apache-2.0
"""The messages that a scheduler takes: RPC API version 1.0."""

from manila_groups import rpc

VERSION = '1.0'


class SchedulerAPI:
    """Tells some scheduler of waiting work."""

    def __init__(self, transport):
        self._client = rpc.Client(transport, rpc.SCHEDULER_TOPIC, VERSION)

    def place_share_group(self, ctxt, share_group_id: str) -> None:
        """Say that a share group waits for a back end."""
        self._client.hint(
            ctxt, 'place_share_group', share_group_id=share_group_id
        )

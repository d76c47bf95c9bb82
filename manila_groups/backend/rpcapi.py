# SPDX-License-Identifier: Apache-2.0
"""The messages that a back end takes: RPC API version 1.0."""

from manila_groups import rpc

VERSION = '1.0'


class BackendAPI:
    """Tells one back end of waiting work."""

    def __init__(self, transport):
        self._client = rpc.Client(transport, rpc.BACKEND_TOPIC, VERSION)

    def create_share_group(self, ctxt, pool: str, share_group_id: str):
        """Say that a share group was placed in one of the pools."""
        self._hint(ctxt, 'create_share_group', pool, share_group_id)

    def delete_share_group(self, ctxt, pool: str, share_group_id: str):
        """Say that a share group of one of the pools is to be deleted."""
        self._hint(ctxt, 'delete_share_group', pool, share_group_id)

    def _hint(self, ctxt, method, pool, share_group_id):
        self._client.hint(
            ctxt,
            method,
            server=pool.partition('#')[0],
            share_group_id=share_group_id,
        )

# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about user messages."""

from manila_groups.api.schemas import lists

INDEX = lists.List(
    lists.text('id', also=('message_id',)),
    lists.text('request_id'),
    # Clients' help texts write these in lower case.
    lists.word('resource_type'),
    lists.word('message_level'),
    lists.text('resource_id'),
    lists.text('action_id'),
    lists.text('detail_id'),
    lists.time('created_since', ignored_before='2.52'),
    lists.time('created_before', ignored_before='2.52'),
    lists.text('project_id'),
    lists.flag('all_tenants'),
    sort=[
        *lists.sorts('id', 'request_id', 'resource_type', 'resource_id'),
        *lists.sorts('action_id', 'detail_id', 'message_level'),
        *lists.sorts('created_at', 'expires_at', 'project_id'),
    ],
)

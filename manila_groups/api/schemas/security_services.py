# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about security services."""

from manila_groups.api.schemas import lists

INDEX = lists.List(
    lists.text('name'),
    lists.text('type'),
    lists.text('status'),
    lists.text('user'),
    lists.text('domain'),
    lists.text('server'),
    lists.text('dns_ip'),
    lists.text('ou'),
    lists.text('share_network_id'),
    lists.flag('all_tenants'),
)

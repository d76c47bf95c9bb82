# SPDX-License-Identifier: Apache-2.0
"""What requests about security services may say."""

from manila_groups.api.schemas import base

INDEX = base.Schema(
    {
        **dict.fromkeys(
            (
                'share_network_id',
                'name',
                'type',
                'status',
                'user',
                'domain',
                'server',
                'dns_ip',
                'ou',
            ),
            base.TEXT_QUERY,
        ),
        'all_tenants': base.BOOLEAN,
        'limit': base.NUMBER_QUERY,
        'offset': base.OFFSET_QUERY,
        'marker': base.TEXT_QUERY,
    }
)

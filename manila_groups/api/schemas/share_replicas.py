# SPDX-License-Identifier: Apache-2.0
"""What requests about share replicas may say."""

from manila_groups.api.schemas import base

INDEX = base.Schema(
    {
        'share_id': base.TEXT_QUERY,
        'metadata': {'type': 'string', 'maxLength': 10000},
        'limit': base.NUMBER_QUERY,
        'offset': base.OFFSET_QUERY,
        'marker': base.TEXT_QUERY,
    }
)

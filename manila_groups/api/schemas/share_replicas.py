# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share replicas."""

from manila_groups.api.schemas import lists

INDEX = lists.List(
    lists.text('share_id'),
    # Not read: clients write it as no other mapping.
    lists.text('metadata', most=10000),
)

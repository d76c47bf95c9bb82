# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about pools."""

from manila_groups.api.schemas import lists

#: Filters that are regular expressions.
PATTERNS = ('host', 'backend', 'pool')

INDEX = lists.List(
    *(lists.text(name) for name in PATTERNS),
    lists.text('share_type'),
    lists.mapping('capabilities'),
    page=None,
)

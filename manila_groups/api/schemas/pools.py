# SPDX-License-Identifier: Apache-2.0
"""What requests about pools may say."""

from manila_groups.api.schemas import lists

#: Filters that are regular expressions.
PATTERNS = ('host', 'backend', 'pool')

INDEX = lists.List(
    *(lists.text(name) for name in PATTERNS),
    lists.text('share_type'),
    lists.mapping('capabilities'),
    page=None,
)

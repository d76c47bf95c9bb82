# SPDX-License-Identifier: Apache-2.0
"""What requests about pools may say."""

from manila_groups.api.schemas import base
from manila_groups.api.schemas import types

#: Filters that are regular expressions.
PATTERNS = ('host', 'backend', 'pool')

INDEX = base.Schema(
    {
        **dict.fromkeys(PATTERNS, base.TEXT_QUERY),
        'share_type': base.TEXT_QUERY,
        'capabilities': types.SPECS_QUERY,
    }
)

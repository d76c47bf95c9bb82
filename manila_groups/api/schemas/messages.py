# SPDX-License-Identifier: Apache-2.0
"""What requests about user messages may say."""

from manila_groups.api.schemas import base
from manila_groups.db import messages

#: Other names that clients have for filters.
FILTER_ALIASES = {'message_id': 'id'}

#: Filters that are times.
TIMES = ('created_since', 'created_before')

INDEX = base.Schema(
    {
        **base.paging(messages.SORT_COLUMNS),
        **dict.fromkeys([*messages.FILTERS, *FILTER_ALIASES], base.TEXT_QUERY),
        'all_tenants': base.BOOLEAN,
    },
    ignored_before=dict.fromkeys(TIMES, '2.52'),
)

# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about snapshots of shares."""

from manila_groups.api.schemas import lists

INDEX = lists.List(
    lists.text('name'),
    lists.text('name~', since='2.36'),
    lists.text('description', since='2.36'),
    lists.text('description~', since='2.36'),
    lists.text('status'),
    lists.text('share_id'),
    lists.text('project_id'),
    lists.text('usage'),
    # Not read: clients write it as no other mapping.
    lists.text('metadata', most=10000),
    lists.flag('all_tenants'),
    sort=lists.sorts(
        'id',
        'status',
        'size',
        'share_id',
        'user_id',
        'project_id',
        'progress',
        'name',
        'display_name',
        'created_at',
        'updated_at',
    ),
)

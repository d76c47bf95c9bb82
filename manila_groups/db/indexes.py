# SPDX-License-Identifier: Apache-2.0
"""Indexes of the tables with long lists.

An index is named after its columns, without the last, which is the id.
"""

#: For lists of one project there is an index in the order of the list,
#: (sort key, id), for every sort key except the zone's name, which is in
#: another table.  Indexes with created_at before the id are for filters in the
#: default order.  Lists of all projects by a sort key other than created_at
#: and name use them too, and sort the rows with equal keys.
SHARE_GROUP_INDEXES = (
    ('project_id', 'id'),
    ('project_id', 'created_at', 'id'),
    ('project_id', 'name', 'id'),
    ('project_id', 'status', 'created_at', 'id'),
    ('project_id', 'status', 'id'),
    ('project_id', 'host', 'id'),
    ('project_id', 'user_id', 'id'),
    ('project_id', 'share_network_id', 'id'),
    ('project_id', 'share_group_type_id', 'id'),
    ('project_id', 'source_share_group_snapshot_id', 'id'),
    ('project_id', 'source_share_group_id', 'id'),
    ('project_id', 'source_share_group_backup_id', 'id'),
    ('created_at', 'id'),
    ('name', 'id'),
    ('name', 'created_at', 'id'),
    ('status', 'created_at', 'id'),
    ('host', 'created_at', 'id'),
    ('user_id', 'created_at', 'id'),
    ('description', 'created_at', 'id'),
    ('share_server_id', 'created_at', 'id'),
    ('share_network_id', 'created_at', 'id'),
    ('share_group_type_id', 'created_at', 'id'),
    ('source_share_group_snapshot_id', 'created_at', 'id'),
    ('source_share_group_id', 'created_at', 'id'),
    ('source_share_group_backup_id', 'created_at', 'id'),
    ('availability_zone_id', 'created_at', 'id'),
)


SHARE_GROUP_SNAPSHOT_INDEXES = (
    ('project_id', 'id'),
    ('project_id', 'user_id', 'id'),
    ('project_id', 'created_at', 'id'),
    ('project_id', 'name', 'id'),
    ('project_id', 'status', 'id'),
    ('project_id', 'share_group_id', 'id'),
    ('share_group_id', 'created_at', 'id'),
    ('created_at', 'id'),
    ('name', 'created_at', 'id'),
    ('status', 'created_at', 'id'),
    ('description', 'created_at', 'id'),
)


SHARE_GROUP_BACKUP_INDEXES = (
    ('project_id', 'id'),
    ('project_id', 'user_id', 'id'),
    ('project_id', 'created_at', 'id'),
    ('project_id', 'name', 'id'),
    ('project_id', 'status', 'id'),
    ('project_id', 'size', 'id'),
    ('project_id', 'share_group_id', 'id'),
    ('share_group_id', 'created_at', 'id'),
    ('created_at', 'id'),
    ('name', 'created_at', 'id'),
    ('status', 'created_at', 'id'),
    ('description', 'created_at', 'id'),
    ('source_share_group_snapshot_id', 'id'),
    ('restoring_share_group_id', 'id'),
)


SHARE_INDEXES = (
    ('project_id', 'id'),
    ('project_id', 'created_at', 'id'),
    ('project_id', 'name', 'id'),
    ('project_id', 'status', 'created_at', 'id'),
    ('project_id', 'status', 'id'),
    ('project_id', 'size', 'id'),
    ('project_id', 'host', 'id'),
    ('project_id', 'share_proto', 'id'),
    ('project_id', 'share_type_id', 'id'),
    ('project_id', 'share_network_id', 'id'),
    ('project_id', 'snapshot_id', 'id'),
    ('project_id', 'updated_at', 'id'),
    ('project_id', 'user_id', 'id'),
    ('share_group_id', 'created_at', 'id'),
    ('created_at', 'id'),
    ('name', 'created_at', 'id'),
    ('description', 'created_at', 'id'),
    ('status', 'created_at', 'id'),
    ('host', 'created_at', 'id'),
    ('is_public', 'created_at', 'id'),
    ('share_type_id', 'created_at', 'id'),
    ('share_network_id', 'created_at', 'id'),
    ('share_server_id', 'created_at', 'id'),
    ('snapshot_id', 'created_at', 'id'),
    ('source_share_group_snapshot_member_id', 'id'),
    ('availability_zone_id', 'created_at', 'id'),
)

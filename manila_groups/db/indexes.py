# SPDX-License-Identifier: Apache-2.0
"""The indexes of the tables that long lists are read from.

An index is named after its columns but the last, which is the id.
"""

#: What a list is read with.  Within a project, and by whatever key but the
#: zone's name, which comes from another table, rows come in the list's order,
#: (key, id), from an index.  The indexes that have created_at before the id
#: are for filters, in the default order; a list of all projects by another
#: key than created_at and name takes them too, and sorts within equal keys.
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

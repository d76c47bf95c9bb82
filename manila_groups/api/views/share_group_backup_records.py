# SPDX-License-Identifier: Apache-2.0
"""Records of share group backups in responses."""

from manila_groups.api.views import shapes

_FLAG = {'type': ['boolean', 'null']}

_MEMBER = shapes.Members(
    {
        'share_id': shapes.TEXT,
        'name': shapes.OPTIONAL_TEXT,
        'size': shapes.COUNT,
        'share_proto': shapes.TEXT,
        'share_type_id': shapes.TEXT,
    }
)
_NAMES = shapes.Members(
    {
        'share_group': shapes.OPTIONAL_TEXT,
        'share_group_type': shapes.TEXT,
        'share_types': shapes.TEXTS,
    }
)
#: The domain makes it, as it is kept beside the data of the backup.
_RECORD = shapes.Members(
    {
        'version': shapes.COUNT,
        'id': shapes.TEXT,
        'name': shapes.OPTIONAL_TEXT,
        'description': shapes.OPTIONAL_TEXT,
        'project_id': shapes.TEXT,
        'share_group_id': shapes.OPTIONAL_TEXT,
        'share_group_type_id': shapes.OPTIONAL_TEXT,
        'source_share_group_snapshot_id': shapes.OPTIONAL_TEXT,
        'consistent': _FLAG,
        'size': shapes.COUNT,
        'data_size': shapes.OPTIONAL_NUMBER,
        'is_incremental': _FLAG,
        'reference': shapes.TEXT,
        'taken_at': shapes.TEXT,
        'names': _NAMES,
        'members': shapes.ListOf(_MEMBER),
    }
)

ONE = shapes.one('share_group_backup_record', shape=_RECORD)

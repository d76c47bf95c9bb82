# SPDX-License-Identifier: Apache-2.0
"""What is compared of rows: as the API shows them, and by the model."""

from manila_groups.tests.long import contract_rows as rows

_OWN = {
    rows.GROUP: lambda row: {
        'host': row.host,
        'source': row.source,
        'copied': row.copied,
        'rebuilt': row.rebuilt,
    },
    rows.SHARE: lambda row: {
        'host': row.host,
        'size': row.size,
        'type': row.share_type,
    },
    rows.SNAPSHOT: lambda row: {'members': row.members},
    rows.BACKUP: lambda row: {
        'members': row.members,
        'source': row.source,
        'origin': row.origin,
        'taken': row.taken,
        'complete': row.complete,
    },
}


def describe(kind, shown):
    """What is compared of a row, as the API shows it."""
    described = {
        'kind': kind,
        'name': shown['name'],
        'project': shown['project_id'],
        'status': shown['status'],
        'group': shown.get('share_group_id'),
    }
    return described | _DETAILS[kind](shown)


def _describe_group(shown):
    return {
        'host': shown['host'],
        'source': shown['source_share_group_snapshot_id'],
        'copied': shown['source_share_group_id'],
        'rebuilt': shown['source_share_group_backup_id'],
    }


def _describe_share(shown):
    return {
        'host': shown['host'],
        'size': shown['size'],
        'type': shown['share_type'],
    }


def _describe_snapshot(shown):
    return {
        'members': {one['share_id']: one['size'] for one in shown['members']}
    }


def _describe_backup(shown):
    return {
        **_describe_snapshot(shown),
        # It outlives the group, and is not in it.
        'group': None,
        'origin': shown['share_group_id'],
        'source': shown['source_share_group_snapshot_id'],
        'taken': shown['taken_at'] is not None,
        'complete': shown['data_size'] is not None,
    }


_DETAILS = {
    rows.GROUP: _describe_group,
    rows.SHARE: _describe_share,
    rows.SNAPSHOT: _describe_snapshot,
    rows.BACKUP: _describe_backup,
}


def expected(row):
    """The same, by the model."""
    return {
        'kind': row.kind,
        'name': row.name,
        'project': row.project,
        'status': row.status,
        'group': row.group,
        **_OWN[row.kind](row),
    }

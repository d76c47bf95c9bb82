# SPDX-License-Identifier: Apache-2.0
"""Fills a database with share groups for measuring lists.

usage: python benchmarks/fill.py CONNECTION PROJECT [NUMBER]

CONNECTION is a database URL with the schema and the default types, such as
``sqlite:////path/manila-groups.sqlite`` of a standalone service. The groups
are named fill-00000 and so on; one in ten has the status error.
"""

import datetime
import sys
import uuid

import sqlalchemy as sa

from manila_groups.db import models


def main(connection: str, project: str, number: int) -> None:
    """Insert the groups, their share types and the quota they use."""
    engine = sa.create_engine(connection)
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    with engine.begin() as connection:
        group_type = connection.scalar(sa.select(models.ShareGroupType.id))
        share_type = connection.scalar(sa.select(models.ShareType.id))
        groups = [
            {
                'id': str(uuid.uuid4()),
                'project_id': project,
                'user_id': 'fill',
                'name': f'fill-{i:05}',
                'description': 'fill',
                'status': 'error' if i % 10 == 0 else 'available',
                'host': None if i % 10 == 0 else f'fill@back#{i % 7}',
                'share_group_type_id': group_type,
                'created_at': now - datetime.timedelta(seconds=i),
            }
            for i in range(number)
        ]
        connection.execute(sa.insert(models.ShareGroup.__table__), groups)
        connection.execute(
            sa.insert(models.ShareGroupShareType.__table__),
            [
                {'share_group_id': group['id'], 'share_type_id': share_type}
                for group in groups
            ],
        )
        usage = models.QuotaUsage.__table__
        connection.execute(
            sa.delete(usage).where(usage.c.project_id == project)
        )
        connection.execute(
            sa.insert(usage).values(
                project_id=project, resource='share_groups', in_use=number
            )
        )


if __name__ == '__main__':
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int((sys.argv[3:] or [10000])[0]))

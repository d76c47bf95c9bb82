# SPDX-License-Identifier: Apache-2.0
"""Each operation succeeds once, and answers as the document says.

It is the fixture's application that looks at every answer.
"""

import json

import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models
from manila_groups.db import services
from manila_groups.db import share_group_backups
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture

_SERVICE = {'host': 'host@alpha', 'binary': 'manila-share'}

#: Fields of bodies, where a sample of their schema would not do.
_FIELDS = {
    'POST /share-group-snapshots': {'share_group_id': api_fixture.GROUP_ID},
    'POST /share-group-backups': {'share_group_id': api_fixture.GROUP_ID},
    'PUT /share-groups/{share_group_id}/backup-policy': {'keep_daily': 7},
    'POST /shares': {'share_proto': 'NFS'},
    'POST /shares/placement': {'share_proto': 'NFS'},
    'PUT /types/{type_id}': {'name': 'default'},
    'PUT /share-group-types/{type_id}': {'name': 'default'},
    'POST /share-groups/{share_group_id}/action revert': {
        'revert': {'share_group_snapshot_id': api_fixture.GROUP_SNAPSHOT_ID}
    },
    'PUT /services/enable': _SERVICE,
    'PUT /services/disable': _SERVICE,
    'POST /shares/{share_id}/action extend': {'extend': {'new_size': 3}},
}

#: What stands in the way of deleting something, in the order in which it goes.
_SNAPSHOTS = (models.ShareGroupSnapshot,)
_GROUPS = (*_SNAPSHOTS, models.ShareGroupShareType, models.ShareGroup)
_IN_THE_WAY = {
    'DELETE /share-groups/{share_group_id}': _SNAPSHOTS,
    'DELETE /share-group-types/{type_id}': _GROUPS,
    'DELETE /types/{type_id}': (
        *_GROUPS,
        models.ShareGroupTypeShareType,
        models.ShareMetadata,
        models.ShareAccessRuleMetadata,
        models.ShareAccessRule,
        models.ShareExportLocation,
        models.Share,
    ),
}


class TestOperations(base.TestCase):
    def setUp(self):
        super().setUp()
        self.begin()

    def begin(self):
        self.api = self.useFixture(api_fixture.ApiFixture())

    def settle(self):
        """Nobody is at work here, so what was begun does not end."""
        with self.api.db.writer() as conn:
            for rows, found in (
                (share_groups.ROWS, api_fixture.GROUP_ID),
                (share_group_snapshots.ROWS, api_fixture.GROUP_SNAPSHOT_ID),
                (share_group_backups.ROWS, api_fixture.GROUP_BACKUP_ID),
                (shares.ROWS, api_fixture.SHARE_ID),
            ):
                rows.set_status(conn, found, states.AVAILABLE)
            # What was begun by the requests before.
            conn.execute(sa.delete(models.Operation))
            share_group_backups.ROWS.transition_many(
                conn, states.ShareGroupBackup.CREATED
            )
            share_groups.ROWS.update(
                conn, api_fixture.GROUP_ID, {'host': 'host@alpha#one'}
            )
            services.beat(conn, 'host@alpha', 'manila-share', 'nova')

    def do(self, operation):
        """Send one request; returns what went wrong, if anything."""
        self.settle()
        query, fields = '', _FIELDS.get(str(operation), {})
        if operation.path == '/share-access-rules':
            query = f'share_id={api_fixture.SHARE_ID}'
        if operation.action == 'deny_access':
            rules = self.api.ids['share-access-rules', 'access_id']
            fields = {'access_id': rules}
        body = operation.body(**fields)
        answer = self.api.call(
            operation.verb,
            operation.url(self.api.ids),
            query,
            json.dumps(body) if operation.rules.body else '',
        )
        if answer.status == operation.rules.success:
            return None
        return f'{operation}: {answer.status}, {answer.body}'

    def clear_way(self, operation):
        with self.api.db.writer() as conn:
            for model in _IN_THE_WAY.get(str(operation), ()):
                conn.execute(sa.delete(model))

    def test_what_only_reads_or_changes(self):
        wrong = [
            self.do(one)
            for one in api_fixture.operations()
            if not _removes(one)
        ]
        self.assertEqual([], list(filter(None, wrong)))

    def test_what_removes(self):
        wrong = []
        for one in filter(_removes, api_fixture.operations()):
            self.begin()
            self.clear_way(one)
            wrong.append(self.do(one))
        self.assertEqual([], list(filter(None, wrong)))


def _removes(operation):
    return operation.verb == 'DELETE' or operation.action == 'force_delete'

# SPDX-License-Identifier: Apache-2.0
"""The API behind Keystone, and what each row of the permissions asks it."""

import json
import re

from manila_groups.cmd import api
from manila_groups.db import models
from manila_groups.rpc import base as rpc
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.functional import keystone
from manila_groups.tests.functional import permissions
from manila_groups.tests.functional import wsgi_client

#: A group with nothing in it.
GROUP_ID = '00000000-0000-4000-8000-000000000004'
#: A group that has a snapshot.
REVERTED_ID = '00000000-0000-4000-8000-000000000005'
REVERTED_TO_ID = '00000000-0000-4000-8000-000000000006'
SHARE = {'size': 1, 'share_proto': 'NFS'}
SERVICE = {'host': 'host@alpha', 'binary': 'manila-share'}


def operations() -> dict[str, api_fixture.Operation]:
    """Every method of the API, by what the permissions call it."""
    return {
        re.sub(r'\{\w+_id\}', '{id}', str(one)): one
        for one in api_fixture.operations()
    }


class PermissionsFixture(api_fixture.ApiFixture):
    """The API behind Keystone, with rows that can be brought back."""

    def _setUp(self):
        super()._setUp()
        issuer = self.useFixture(keystone.KeystoneFixture())
        issuer.projects = dict.fromkeys((api_fixture.PROJECT, 'x'), 200)
        self._tokens = {
            one: issuer.issue(*one.roles, project_id=one.project)
            for one in permissions.PERSONAS
            if one.roles is not None
        }
        keystone.configure(self.conf)
        self.application = api.assemble(
            self.conf, self.db, rpc.transport(self.conf)
        )
        self._operations = operations()
        self._prepare()
        self._selects = {
            table: table.select().order_by(*table.primary_key)
            for table in models.Base.metadata.sorted_tables
        }
        self._kept = self._read()

    def _prepare(self):
        """Make what can be deleted, and what every project may use."""
        self.ids['quota-sets', 'owner_id'] = api_fixture.PROJECT
        share_type, group_type = self.make_types('public', True)
        for group_id in (GROUP_ID, REVERTED_ID):
            self.make_group(
                group_id, share_type, group_type, host='host@alpha#one'
            )
        self.make_group_snapshot(REVERTED_TO_ID, REVERTED_ID)
        self._fields = self._special_fields(share_type.id, group_type.id)
        for start in ('types', 'share-group-types'):
            self._do(
                f'POST /{start}/{{id}}/action addProjectAccess',
                addProjectAccess={'project': api_fixture.PROJECT},
            )
        _used, unused = self.make_types('unused')
        made = self._do('POST /types', name='also unused')
        self._own_ids = {
            'DELETE /share-groups/{id}': {'share_group_id': GROUP_ID},
            'POST /share-groups/{id}/action revert': {
                'share_group_id': REVERTED_ID
            },
            'DELETE /share-group-types/{id}': {'type_id': unused.id},
            'DELETE /types/{id}': {'type_id': made.json['share_type']['id']},
        }

    def _special_fields(self, share_type_id, group_type_id):
        """What bodies have in place of what the schemas give as examples."""
        access = {'project': api_fixture.PROJECT}
        group = {
            'share_types': [share_type_id],
            'share_group_type_id': group_type_id,
        }
        share = {**SHARE, 'share_type': share_type_id}
        access_id = self.ids['share-access-rules', 'access_id']
        extended = {'new_size': 3}
        chosen = {'scheduler_hints': {'only_host': 'host@alpha'}}
        return {
            'POST /share-groups': group,
            'POST /share-groups with only_host': {**group, **chosen},
            'POST /share-groups/placement': group,
            'POST /share-groups/placement with only_host': {
                **group,
                **chosen,
            },
            'POST /share-groups/{id}/action revert': {
                'revert': {'share_group_snapshot_id': REVERTED_TO_ID}
            },
            'POST /share-group-snapshots': {'share_group_id': GROUP_ID},
            'POST /share-group-backups': {'share_group_id': GROUP_ID},
            'PUT /share-groups/{id}/backup-policy': {'keep_daily': 7},
            'POST /share-group-backups/{id}/action restore': {
                'restore': {'share_group_id': GROUP_ID}
            },
            'POST /share-group-types/{id}/action removeProjectAccess': {
                'removeProjectAccess': access
            },
            'POST /types/{id}/action removeProjectAccess': {
                'removeProjectAccess': access
            },
            'PUT /services/enable': SERVICE,
            'PUT /services/disable': SERVICE,
            'POST /shares': share,
            'POST /shares with only_host': {**share, **chosen},
            'POST /shares/placement': share,
            'POST /shares/placement with only_host': {**share, **chosen},
            'POST /shares with is_public': {**share, 'is_public': True},
            'POST /shares/placement with is_public': {
                **share,
                'is_public': True,
            },
            'PUT /shares/{id} with is_public': {'is_public': True},
            'POST /shares/{id}/action extend': {'extend': extended},
            'POST /shares/{id}/action extend with force': {
                'extend': {**extended, 'force': True}
            },
            'POST /shares/{id}/action deny_access': {'access_id': access_id},
        }

    def _do(self, name, /, **fields):
        """Do something as an administrator, before anything is kept."""
        operation = self._operations[name]
        answer = self.send(
            permissions.ADMIN,
            operation.verb,
            operation.url(self.ids),
            body=operation.body(**fields),
        )
        if answer.status >= 300:
            raise AssertionError(f'{name}: {answer}')
        return answer

    def send(
        self, persona, method, url, query='', body=None
    ) -> wsgi_client.Answer:
        """Send any request.

        :param body: something for JSON; None for no body
        """
        token = self._tokens.get(persona)
        return self.call(
            method,
            url,
            query,
            '' if body is None else json.dumps(body),
            {} if token is None else {'X-Auth-Token': token},
        )

    def ask(self, persona, row, project=None) -> wsgi_client.Answer:
        """Send what a row of the permissions names.

        :param project: one that the path names
        """
        operation = self._operations[row.operation]
        url = operation.url(self.ids, **self._own_ids.get(row.name, {}))
        if project is not None:
            url = url.replace('/v2', f'/v2/{project}', 1)
        query = row.query.format(share_id=api_fixture.SHARE_ID)
        body = operation.body(**self._fields.get(row.name, {}))
        return self.send(persona, operation.verb, url, query, body)

    def own_ids(self, row) -> set[str]:
        """The ids of the project's rows that a list may have."""
        path = row.operation.split()[1]
        return {
            value
            for (start, name), value in self.ids.items()
            if path.split('/')[1] == start and name.endswith('_id')
        }

    def _read(self):
        with self.db.reader() as conn:
            return {
                table: list(map(dict, conn.execute(select).mappings()))
                for table, select in self._selects.items()
            }

    def is_changed(self) -> bool:
        """Tell whether any row is not as it was in the beginning."""
        return self._read() != self._kept

    def restore(self) -> None:
        """Bring all rows back as they were in the beginning."""
        with self.db.engine.begin() as connection:
            for table in reversed(self._kept):
                connection.execute(table.delete())
            for table, rows in self._kept.items():
                if rows:
                    connection.execute(table.insert(), rows)

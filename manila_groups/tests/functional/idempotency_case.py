# SPDX-License-Identifier: Apache-2.0
"""Requests that create something, each as often as a test likes."""

import json

from manila_groups import states
from manila_groups.api import idempotency
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests.functional import api_fixture

KEY = 'b5f0a1c2-1'

#: Fields of bodies, where a sample of their schema would not do.
_FIELDS = {
    'POST /share-group-snapshots': {'share_group_id': api_fixture.GROUP_ID},
    'POST /share-group-backups': {'share_group_id': api_fixture.GROUP_ID},
    'POST /shares': {'share_proto': 'NFS'},
}


def creations():
    """Every operation that creates something."""
    return [
        one
        for one in api_fixture.operations()
        if one.rules.creates is not None
    ]


class CreationCase(base.TestCase):
    """The API over a database with a row of everything."""

    overrides = {}

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(
            api_fixture.ApiFixture(
                fixtures.merged(self.overrides, self.connection())
            )
        )
        with self.api.db.writer() as conn:
            shares.ROWS.set_status(
                conn, api_fixture.SHARE_ID, states.AVAILABLE
            )
            share_groups.ROWS.update(
                conn, api_fixture.GROUP_ID, {'host': 'host@alpha#one'}
            )

    def connection(self):
        return {}

    def create(self, operation, key=KEY, headers=None):
        """Send the request of an operation; returns the answer."""
        body = operation.body(**_FIELDS.get(str(operation), {}))
        return self.send(
            operation.url(self.api.ids), json.dumps(body), key, headers
        )

    def send(self, path, body, key=KEY, headers=None):
        own = {} if key is None else {idempotency.HEADER: key}
        return self.api.call(
            'POST', path, '', body, {**own, **(headers or {})}
        )


def made(answer):
    """The id of what an answer shows; types stand there under two names."""
    return next(iter(answer.json.values()))['id']

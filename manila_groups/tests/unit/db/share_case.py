# SPDX-License-Identifier: Apache-2.0
"""What the tests of shares' rows, rules and export locations begin with."""

from manila_groups import states
from manila_groups.db import models
from manila_groups.tests.unit.db import case

HOST = 'host@alpha'


class WithShares(case.OnSqlite):
    """Adds shares; runs on SQLite unless an heir says otherwise."""

    def setUp(self):
        super().setUp()
        self.insert_types()

    def insert_share(self, **values):
        """Insert a share that is in a pool of HOST; returns its id."""
        row = {
            'project_id': 'here',
            'share_type_id': self.share_type,
            'size': 1,
            'quota_gb': 1,
            'claimed_gb': 1,
            'share_proto': 'NFS',
            'status': states.AVAILABLE,
            'access_rules_status': states.ACTIVE,
            'host': f'{HOST}#one',
            **values,
        }
        return self.insert(models.Share, row)[0]

    def insert_rule(self, share_id, access_to, state=states.ACTIVE, **values):
        """Insert an access rule; returns its id."""
        row = {
            'share_id': share_id,
            'access_type': 'ip',
            'access_to': access_to,
            'access_level': 'rw',
            'state': state,
            'created_at': case.START,
            'stepped_at': case.START,
            **values,
        }
        return self.insert(models.ShareAccessRule, row)[0]

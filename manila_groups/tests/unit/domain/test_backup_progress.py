# SPDX-License-Identifier: Apache-2.0
"""How far work on backups is, as clients are shown it."""

import types

import sqlalchemy as sa

from manila_groups.api import microversions
from manila_groups.api.views import share_group_backups as views
from manila_groups.db import operation_table
from manila_groups.tests.unit.domain import test_backups

OPERATION = operation_table.Operation.__table__
REQUEST = types.SimpleNamespace(
    version=microversions.Version((2, 99), (1, 7)),
    context=types.SimpleNamespace(is_admin=False),
    root='',
)
FIELDS = ('progress', 'restore_progress', 'done_bytes', 'total_bytes')


class TestProgress(test_backups.BackupCase):
    def shown(self, backup_id, done=None, total=None, unit='bytes'):
        """What is shown while an operation says how far it is."""
        noted = {'done': done, 'total': total, 'unit': unit}
        noted = None if total is None else noted
        with self.service.db.writer() as conn:
            conn.execute(sa.update(OPERATION).values(progress=noted))
        found = self.service.backups.get(self.service.caller, backup_id)
        view = views.detail_of(lambda _record: None)
        shown = view.render(found, REQUEST)
        return tuple(shown[name] for name in FIELDS)

    def test_of_a_creation(self):
        backup_id = self.service.create_backup(self.group)
        for noted, expected in (
            ((), ('0', None, None, None)),
            ((0, 0), ('0', None, None, None)),
            ((1, 3), ('33', None, 1, 3)),
            ((299, 300), ('99', None, 299, 300)),
            ((300, 300), ('100', None, 300, 300)),
        ):
            self.assertEqual(expected, self.shown(backup_id, *noted))

    def test_of_a_restore(self):
        self.write('twelve bytes')
        backup_id = self.backed_up()
        before = self.shown(backup_id)
        self.assertEqual(('100', None, 12, 12), before)
        self.service.backups.restore(self.service.caller, backup_id)
        for noted, expected in (
            ((), ('100', '0', None, None)),
            ((0, 0), ('100', '0', None, None)),
            ((3, 12), ('100', '25', 3, 12)),
            # The shares whose clients are let in again.
            ((1, 2, 'shares'), ('100', '50', None, None)),
        ):
            self.assertEqual(expected, self.shown(backup_id, *noted))
        self.service.deliver_all()
        self.assertEqual(before, self.shown(backup_id))

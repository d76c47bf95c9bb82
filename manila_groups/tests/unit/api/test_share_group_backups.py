# SPDX-License-Identifier: Apache-2.0
"""How far a share group backup is, in responses."""

import dataclasses
import types

from manila_groups import context
from manila_groups import states
from manila_groups.api import microversions
from manila_groups.api.views import share_group_backups as views
from manila_groups.db import records
from manila_groups.tests import base

FIELDS = ('progress', 'restore_progress', 'done_bytes', 'total_bytes')
_NOTHING = dict.fromkeys(
    one.name for one in dataclasses.fields(records.ShareGroupBackup)
)


class ProgressTestCase(base.TestCase):
    def shown(self, status, progress=None, restore=None, data_size=None):
        record = records.ShareGroupBackup(
            **{
                **_NOTHING,
                'status': status,
                'progress': progress and records.Done(*progress),
                'restore_progress': restore and records.Done(*restore),
                'data_size': data_size,
                'members': (),
            }
        )
        request = types.SimpleNamespace(
            version=microversions.NEWEST,
            context=context.RequestContext(is_admin=False),
            root='',
        )
        found = views.DETAIL.render(record, request)
        return tuple(found[name] for name in FIELDS)

    def test_of_the_creation(self):
        for progress, expected in (
            (None, ('0', None, None, None)),
            ((0, 2000, 'bytes'), ('0', None, 0, 2000)),
            ((1999, 2000, 'bytes'), ('99', None, 1999, 2000)),
            ((2000, 2000, 'bytes'), ('100', None, 2000, 2000)),
            ((0, 0, 'bytes'), ('100', None, 0, 0)),
            # Files grow while they are read.
            ((2001, 2000, 'bytes'), ('100', None, 2000, 2000)),
        ):
            found = self.shown(states.CREATING, progress)
            self.assertEqual(expected, found, progress)

    def test_of_what_is_made(self):
        for status in (states.AVAILABLE, states.DELETING):
            found = self.shown(status, data_size=7)
            self.assertEqual(('100', None, 7, 7), found, status)
        found = self.shown(states.AVAILABLE, data_size=0)
        self.assertEqual(('100', None, 0, 0), found)

    def test_of_what_was_not_made(self):
        found = self.shown(states.ERROR)
        self.assertEqual((None, None, None, None), found)

    def test_of_a_restore(self):
        found = self.shown(
            states.RESTORING, restore=(1, 4, 'bytes'), data_size=7
        )
        self.assertEqual(('100', '25', 1, 4), found)
        found = self.shown(states.RESTORING, restore=(1, 4, 'shares'))
        self.assertEqual((None, '25', None, None), found)
        found = self.shown(states.RESTORING, data_size=7)
        self.assertEqual(('100', '0', None, None), found)

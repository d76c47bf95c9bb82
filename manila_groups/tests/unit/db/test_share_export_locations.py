# SPDX-License-Identifier: Apache-2.0
"""Rows of export locations, as drivers say them again and again."""

from manila_groups.backend import driver
from manila_groups.db import models
from manila_groups.db import share_export_locations
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.db import share_case

PLAIN = driver.ExportLocation('192.0.2.1:/a')
PREFERRED = driver.ExportLocation('192.0.2.2:/a', preferred=True)
HIDDEN = driver.ExportLocation('192.0.2.3:/a', is_admin_only=True)


class TestExportLocations(share_case.WithShares):
    def setUp(self):
        super().setUp()
        self.share = self.insert_share()

    def replace(self, *locations):
        self.ask(share_export_locations.replace_many, {self.share: locations})

    def found(self, admin=True):
        """What there is, by path."""
        rows = self.ask(share_export_locations.of_share, self.share, admin)
        return {row.path: row for row in rows}

    def test_those_of_a_driver(self):
        self.replace(PLAIN, PREFERRED, HIDDEN)
        found = self.found()
        for one in (PLAIN, PREFERRED, HIDDEN):
            row = found.pop(one.path)
            self.assertEqual(
                (self.share, one.preferred, one.is_admin_only),
                (row.share_id, row.preferred, row.is_admin_only),
            )
            self.assertEqual(row.created_at, row.updated_at)
        self.assertEqual({}, found)

    def test_said_again_nothing_changes(self):
        self.replace(PLAIN, PREFERRED)
        before = self.found()
        self.replace(PREFERRED, PLAIN)
        self.assertEqual(before, self.found())

    def test_said_twice_it_is_one(self):
        self.replace(PLAIN, PLAIN)
        self.assertEqual(1, self.count(models.ShareExportLocation))

    def test_what_stays_keeps_its_id(self):
        self.replace(PLAIN, PREFERRED)
        before = self.found()
        changed = driver.ExportLocation(PLAIN.path, True, True)
        self.replace(changed, HIDDEN)
        after = self.found()
        self.assertEqual({PLAIN.path, HIDDEN.path}, set(after))
        row = after[PLAIN.path]
        self.assertEqual(before[PLAIN.path].id, row.id)
        self.assertTrue(row.preferred and row.is_admin_only)
        self.assertLess(row.created_at, row.updated_at)

    def test_another_share_has_its_own(self):
        mine, self.share = self.share, self.insert_share()
        self.replace(PLAIN)
        before = self.found()
        self.share, other = mine, self.share
        self.replace(PLAIN)
        self.replace()
        self.assertEqual({}, self.found())
        self.share = other
        self.assertEqual(before, self.found())

    def test_some_are_for_administrators(self):
        self.replace(PLAIN, HIDDEN)
        self.assertEqual([PLAIN.path], list(self.found(admin=False)))
        get = share_export_locations.get
        for row in self.found().values():
            self.assertEqual(row, self.ask(get, row.id, admin=True))
            seen = self.ask(get, row.id, admin=False)
            self.assertEqual(None if row.is_admin_only else row, seen)
        self.assertIsNone(self.ask(get, 'unknown', admin=True))


class TestExportLocationsOnMysql(case.OnMysql, TestExportLocations):
    pass


class TestExportLocationsOnPostgresql(case.OnPostgresql, TestExportLocations):
    pass

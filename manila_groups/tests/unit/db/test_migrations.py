# SPDX-License-Identifier: Apache-2.0
"""Migrations lead from nothing to exactly the models, on every database."""

import sqlalchemy as sa

from manila_groups.db import api
from manila_groups.db import migrations
from manila_groups.db import models
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests.unit.db import case


class TestMigrations(case.OnSqlite):
    fresh = True

    def test_the_schema_is_that_of_the_models(self):
        self.assertEqual([], migrations.differences(self.db.engine))

    def test_a_difference_is_found(self):
        with self.db.engine.begin() as connection:
            connection.execute(
                sa.schema.DropIndex(
                    next(
                        index
                        for index in models.ShareGroup.__table__.indexes
                        if index.name == 'ix_share_groups_host_created_at'
                    )
                )
            )
        (found,) = migrations.differences(self.db.engine)
        self.assertEqual('add_index', found[0])

    def test_names_of_constraints_are_those_of_the_models(self):
        inspector = sa.inspect(self.db.engine)
        for table in models.Base.metadata.sorted_tables:
            names = {
                one['name'] for one in inspector.get_foreign_keys(table.name)
            }
            expected = {one.name for one in table.foreign_key_constraints}
            self.assertEqual(expected, names, table.name)

    def test_the_version_is_the_newest(self):
        self.assertEqual(
            migrations.newest(), migrations.version(self.db.engine)
        )

    def test_an_upgrade_again_changes_nothing(self):
        self.insert_types()
        migrations.upgrade(self.db.engine)
        self.assertEqual(1, self.count(models.ShareType))
        self.assertEqual(
            migrations.newest(), migrations.version(self.db.engine)
        )


class TestMigrationsOnMysql(case.OnMysql, TestMigrations):
    def test_every_table_holds_any_text(self):
        with self.db.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                'SELECT table_name, engine, table_collation '
                'FROM information_schema.tables '
                'WHERE table_schema = DATABASE() '
                "AND table_name != 'alembic_version'"
            ).all()
        self.assertEqual(len(models.Base.metadata.tables), len(rows))
        for name, engine, collation in rows:
            self.assertEqual(
                ('InnoDB', 'utf8mb4_bin'), (engine, collation), name
            )


class TestMigrationsOnPostgresql(case.OnPostgresql, TestMigrations):
    def test_names_sort_by_code_point(self):
        with self.db.engine.connect() as connection:
            collations = connection.exec_driver_sql(
                'SELECT DISTINCT collation_name '
                'FROM information_schema.columns '
                "WHERE table_schema = 'public' AND column_name IN "
                "('name', 'host', 'description', 'project_id', 'user_id')"
            ).scalars()
            self.assertEqual(['C'], collations.all())


class TestEmptyDatabase(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.useFixture(fixtures.fixtures.TempDir()).path
        conf = fixtures.configuration.load(
            files=[],
            defaults={
                'database': {'connection': f'sqlite:///{directory}/new'}
            },
        )
        self.db = api.Database(conf)
        self.addCleanup(self.db.dispose)

    def test_has_no_version(self):
        self.assertIsNone(migrations.version(self.db.engine))

    def test_is_upgraded_to_a_named_revision(self):
        migrations.upgrade(self.db.engine, '0001')
        self.assertEqual('0001', migrations.version(self.db.engine))

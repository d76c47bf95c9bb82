# SPDX-License-Identifier: Apache-2.0
"""Migrations lead from nothing to exactly the models, on every database."""

from oslo_db.sqlalchemy import test_migrations
import sqlalchemy as sa

from manila_groups.db import api
from manila_groups.db import migrations
from manila_groups.db import models
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests.unit.db import case


class TestMigrations(case.OnSqlite):
    """The newest schema."""

    def test_the_schema_is_that_of_the_models(self):
        self.assertEqual([], migrations.differences(self.db.engine))

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


class TestWay(case.OnSqlite, test_migrations.ModelsMigrationsSync):
    """The way from nothing to the newest schema."""

    fresh = True
    #: A column that each revision brings, most with a table.
    BRINGS = {
        '0001': 'share_types.id',
        '0002': 'share_groups.id',
        '0003': 'share_networks.id',
        '0004': 'shares.id',
        '0005': 'share_groups.worker',
        '0006': 'services.down_reason',
        '0007': 'operations.id',
        '0008': 'share_group_types.description',
        '0009': 'idempotency_keys.digest',
        '0010': 'share_groups.scheduler_hints',
        '0011': 'share_groups.source_share_group_id',
        '0012': 'share_group_backups.reference',
    }

    # What test_models_sync, which is oslo.db's, asks for.

    def get_engine(self):
        return self.db.engine

    def get_metadata(self):
        return models.Base.metadata

    def db_sync(self, engine):
        migrations.upgrade(engine)

    def include_object(self, object_, name, type_, reflected, compare_to):
        return name != 'alembic_version'

    def columns(self):
        inspector = sa.inspect(self.db.engine)
        return {
            f'{table}.{column["name"]}'
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
        }

    def upgrade(self):
        """Go on, one revision at a time, keeping the rows that there are."""
        self.assertEqual(migrations.newest(), max(self.BRINGS))
        for revision, column in self.BRINGS.items():
            self.assertNotIn(column, self.columns())
            migrations.upgrade(self.db.engine, revision)
            self.assertEqual(revision, migrations.version(self.db.engine))
            self.assertIn(column, self.columns())
            if revision == '0001':
                self.insert_types()

    def test_one_revision_after_another(self):
        self.upgrade()
        self.assertEqual([], migrations.differences(self.db.engine))
        for model in (models.ShareType, models.ShareGroupTypeShareType):
            self.assertEqual(1, self.count(model))
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


class TestWayOnMysql(case.OnMysql, TestWay):
    pass


class TestWayOnPostgresql(case.OnPostgresql, TestWay):
    pass


class TestMigrationsWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestMigrations
):
    pass


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

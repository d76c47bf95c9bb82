# SPDX-License-Identifier: Apache-2.0
"""What operators type: manila-groups-manage and manila-groups-status."""

import contextlib
import datetime
import io
import pathlib

import fixtures
from oslo_utils import fixture as time_fixture

from manila_groups.cmd import manage
from manila_groups.cmd import status
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import services
from manila_groups.tests import base


class CommandTest(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.config_file = directory / 'manila-groups.conf'
        self.config_file.write_text(
            f'[database]\nconnection = sqlite:///{directory}/test.sqlite\n'
        )

    def run_main(self, main, *args):
        """Run a command; returns its exit code, output and errors."""
        command = ['command', '--config-file', str(self.config_file), *args]
        self.useFixture(fixtures.MonkeyPatch('sys.argv', command))
        with (
            contextlib.redirect_stdout(io.StringIO()) as output,
            contextlib.redirect_stderr(io.StringIO()) as errors,
        ):
            try:
                code = main()
            except SystemExit as end:
                # What is told in place of a code goes to the error output.
                code, errors = 1, io.StringIO(f'{end.code}\n')
        return code, output.getvalue(), errors.getvalue()

    def manage(self, *args):
        return self.run_main(manage.main, *args)

    def database(self):
        conf = manage.configuration.load(files=[str(self.config_file)])
        return db_api.Database(conf)


class ManageTest(CommandTest):
    def test_upgrade_brings_the_schema_to_the_newest_revision(self):
        self.assertEqual((0, 'empty\n', ''), self.manage('db', 'version'))
        self.assertEqual((0, '', ''), self.manage('db', 'upgrade'))
        self.assertEqual(
            (0, f'{migrations.newest()}\n', ''), self.manage('db', 'version')
        )

    REMOVE = ('service', 'remove', 'host@back', 'manila-share')

    def beat(self):
        with self.database().writer() as session:
            services.beat(session, 'host@back', 'manila-share', 'z')

    def test_services_are_listed_and_removed(self):
        self.manage('db', 'upgrade')
        clock = self.useFixture(
            time_fixture.TimeFixture(datetime.datetime(2026, 1, 1))
        )
        self.beat()
        clock.advance_time_seconds(3600)
        code, listed, _ = self.manage('service', 'list')
        self.assertEqual(0, code)
        self.assertIn('host@back manila-share z enabled', listed)
        self.assertEqual((0, '', ''), self.manage(*self.REMOVE))
        self.assertEqual((0, '', ''), self.manage('service', 'list'))
        code, _, errors = self.manage(*self.REMOVE)
        self.assertEqual(1, code)
        self.assertIn('no service manila-share on host@back', errors)

    def test_a_service_that_is_up_is_not_removed(self):
        self.manage('db', 'upgrade')
        self.beat()
        code, _, errors = self.manage(*self.REMOVE)
        self.assertEqual(1, code)
        self.assertIn('manila-share on host@back is up', errors)
        _, listed, _ = self.manage('service', 'list')
        self.assertIn('host@back', listed)

    def test_missing_setting_is_told_in_one_line(self):
        self.config_file.write_text('')
        code, output, errors = self.manage('db', 'version')
        self.assertEqual((1, ''), (code, output))
        self.assertEqual(
            'command: [database] connection: is not set.\n',
            errors,
        )


class StatusTest(CommandTest):
    def check(self):
        return self.run_main(status.main, 'upgrade', 'check')

    def test_empty_database_is_not_ready(self):
        code, output, _ = self.check()
        self.assertEqual(2, code)
        self.assertIn('The schema is at no revision', output)

    def test_newest_schema_is_ready(self):
        self.manage('db', 'upgrade')
        code, output, _ = self.check()
        self.assertEqual(0, code)
        self.assertIn('Success', output)

    def test_missing_setting_is_told(self):
        self.config_file.write_text('')
        code, output, _ = self.check()
        self.assertEqual(2, code)
        self.assertIn('connection: is not set', output)

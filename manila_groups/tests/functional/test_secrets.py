# SPDX-License-Identifier: Apache-2.0
"""No log has a token or a password, however much is logged."""

import logging
import pathlib

import fixtures

from manila_groups.tests import base
from manila_groups.tests.functional import keystone
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import test_keystone

SECRET = 'correct-horse-battery'

CONFIGURATION = f"""
[DEFAULT]
debug = true
transport_url = rabbit://me:{SECRET}@127.0.0.1:1/
enabled_backends = one
[api]
auth_strategy = keystone
[database]
connection = mysql+pymysql://me:{SECRET}@127.0.0.1:1/name
max_retries = 1
retry_interval = 0
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:1/v3
username = me
password = {SECRET}
[one]
driver = fake
"""


class TestRequests(test_keystone.KeystoneTest):
    def test_neither_token_nor_password(self):
        log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        self.application = self.build(password=SECRET)
        token = self.issue('admin', 'member', 'reader')
        for method, body in (
            ('GET', ''),
            ('POST', test_keystone.GROUP),
            ('POST', '{"share_group": 7}'),
        ):
            self.ask(token, method, body=body)
        self.ask('an-unknown-token')
        self.keystone.works = False
        self.ask(self.issue('reader'))
        self.assertIn(keystone.URL, log.output)
        for secret in (token, 'an-unknown-token', SECRET):
            self.assertNotIn(secret, log.output)


class TestProcesses(base.TestCase):
    """Nothing that they need is there, and they say so at length."""

    def test_no_password(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = directory / 'manila-groups.conf'
        file.write_text(CONFIGURATION)
        for module in ('scheduler', 'backend'):
            program = self.useFixture(
                processes.Program(module, '--config-file', file)
            )
            self.assertEqual(1, program.process.wait(processes.PATIENCE))
            text = program.printed() + program.complained()
            self.assertIn(f'manila-groups-{module}', text)
            self.assertNotIn(SECRET, text)

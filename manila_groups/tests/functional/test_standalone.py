# SPDX-License-Identifier: Apache-2.0
"""The whole service as one process: from its first start to its end."""

import signal
import time

from manila_groups.tests.functional import standalone_case

#: Seconds in which a signal has to end the process.
QUICK = 10


class TestLife(standalone_case.StandaloneTest):
    def test_first_start_work_and_end(self):
        program, client = self.started()
        for path, key in (
            ('/share-group-types', 'share_group_types'),
            ('/share-group-types/default', 'share_group_type'),
        ):
            found = client.ask('GET', path)[key]
            found = found[0] if isinstance(found, list) else found
            self.assertEqual('default', found['name'])
            self.assertTrue(found['is_default'])
        group_id = client.create(name='first')
        self.assertTrue(client.becomes(group_id, 'available'))
        begun = time.monotonic()
        self.assertEqual(0, program.end(signal.SIGINT))
        self.assertLess(time.monotonic() - begun, QUICK)
        self.assertEqual('', program.complained())

        program, client = self.started()
        self.assertEqual('available', client.status(group_id))
        client.ask('DELETE', f'/share-groups/{group_id}')
        self.assertTrue(client.becomes(group_id, None))
        begun = time.monotonic()
        self.assertEqual(0, program.end(signal.SIGTERM))
        self.assertLess(time.monotonic() - begun, QUICK)
        self.assertEqual('', program.complained())

    def test_a_log_that_cannot_be_written(self):
        file = self.write('[DEFAULT]\nlog_file = /dev/full\ndebug = true\n')
        program, client = self.started('--config-file', file)
        group_id = client.create(name='first')
        self.assertTrue(client.becomes(group_id, 'available'))
        self.assertEqual(0, program.end())
        (line,) = program.complained().splitlines()
        self.assertIn('The log /dev/full cannot be written', line)

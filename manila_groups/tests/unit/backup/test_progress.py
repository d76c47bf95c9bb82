# SPDX-License-Identifier: Apache-2.0
"""What is read from restic's output."""

import json

from manila_groups.backup import progress
from manila_groups.tests import base


def status(**figures):
    return json.dumps({'message_type': 'status', **figures})


class TestProgress(base.TestCase):
    def setUp(self):
        super().setUp()
        self.reports = []
        self.progress = progress.Progress(
            lambda *pair: self.reports.append(pair)
        )

    def test_backup_and_restore(self):
        for line in (
            status(total_bytes=10),
            status(bytes_done=4, total_bytes=10),
            status(bytes_restored=5, total_bytes=10),
            # It counts what changes meanwhile.
            status(bytes_done=11, total_bytes=10),
        ):
            self.progress.line(line)
            self.progress.tick()
        self.assertEqual([(0, 10), (4, 10), (5, 10), (10, 10)], self.reports)

    def test_what_is_progress(self):
        self.assertTrue(self.progress.line(status(files_done=1)))
        for seconds in range(3):
            line = status(files_done=1, seconds_elapsed=seconds)
            self.assertFalse(self.progress.line(line))
        self.assertTrue(self.progress.line(status(files_done=2)))
        self.assertTrue(self.progress.line(status(total_bytes=2)))

    def test_summary(self):
        self.progress.line('{"message_type":"summary","snapshot_id":"x"}')
        self.assertEqual('x', self.progress.summary['snapshot_id'])

    def test_what_is_no_object(self):
        for line in ('', 'text', '[]', '1', '{'):
            self.progress.line(line)
        self.progress.tick()
        self.assertEqual([(0, 0)], self.reports)


class TestOthers(base.TestCase):
    def test_sent_size(self):
        for summary, size in (
            ({'data_added_packed': 3, 'data_added': 7}, 3),
            ({'data_added': 7}, 7),
            ({}, 0),
        ):
            self.assertEqual(size, progress.sent_size(summary))

    def test_problem(self):
        for line, text in (
            (
                '{"message_type":"error","error":{"message":"refused"},'
                '"item":"/a"}',
                '/a: refused',
            ),
            # restic 0.14
            (
                '{"message_type":"error","error":{"Op":"open","Err":13},'
                '"item":"/a"}',
                "/a: {'Op': 'open', 'Err': 13}",
            ),
            ('x does not exist, skipping', 'x does not exist, skipping'),
            ('using parent snapshot 98d9', None),
            ('{"message_type":"exit_error","message":"x"}', None),
        ):
            self.assertEqual(text, progress.problem(line))

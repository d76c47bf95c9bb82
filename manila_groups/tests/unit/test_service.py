# SPDX-License-Identifier: Apache-2.0
"""What is logged of a periodic task that fails for some time."""

import logging

import fixtures

from manila_groups import service
from manila_groups.tests import base


class TestLoop(base.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(
            fixtures.FakeLogger(level=logging.INFO, format='%(message)s')
        )
        self.errors = []

    def task(self):
        error = self.errors.pop(0)
        if error is not None:
            raise error

    def test_a_problem_is_logged_when_it_changes(self):
        full = [OSError(f'disk full\n[parameters: {n}]') for n in range(9)]
        self.errors = [None, *full, ValueError('odd'), None, None, full[0]]
        loop = service._Loop(lambda: 5, self.task)
        while self.errors:
            loop._call()
        lines = [
            line.rpartition('.task ')[2]
            for line in self.log.output.splitlines()
            if '.task ' in line
        ]
        self.assertEqual(
            [
                'failed and is repeated every 5 seconds: disk full',
                'failed and is repeated every 5 seconds: odd',
                'works again',
                'failed and is repeated every 5 seconds: disk full',
            ],
            lines,
        )
        self.assertEqual(3, self.log.output.count('Traceback'))

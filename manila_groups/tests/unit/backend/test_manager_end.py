# SPDX-License-Identifier: Apache-2.0
"""A back end that ends leaves what waits to the process that comes next."""

from manila_groups.tests import base
from manila_groups.tests import inprocess

HOST = 'host@beta'


class TestEnd(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess())
        self.addCleanup(self.service.check, self)
        self.ids = [
            self.service.create(availability_zone='west') for _ in range(3)
        ]
        self.service.scheduler.runner.run_all()
        self.service.messages.clear()
        self.backend = self.service.backends[HOST]

    def statuses(self):
        return [self.service.status(one) for one in self.ids]

    def test_no_more_work_is_begun(self):
        create = self.backend._driver.create_share_group

        def last(payload):
            # The signal comes while the first one is being worked on.
            self.backend.end()
            create(payload)

        self.backend._driver.create_share_group = last
        self.backend.runner.serve(lambda: 0)
        self.assertEqual(
            ['available', 'creating', 'creating'], self.statuses()
        )
        self.service.search(self.backend)
        self.assertEqual(
            ['available', 'creating', 'creating'], self.statuses()
        )

    def test_the_next_process_need_not_wait(self):
        self.test_no_more_work_is_begun()
        waiting = self.service.under_way()
        self.assertEqual(
            [(None, 0)] * 2, [(w.worker, w.tries) for w in waiting]
        )
        self.service.start_backend('beta', self.service.drivers[HOST])
        self.service.search(self.service.backends[HOST])
        self.assertEqual(['available'] * 3, self.statuses())

# SPDX-License-Identifier: Apache-2.0
"""A back end that ends leaves what waits to the process that comes next."""

import contextlib
from unittest import mock

from manila_groups import context
from manila_groups import states
from manila_groups.backend import manager
from manila_groups.tests import base


class TestEnd(base.TestCase):
    def test_no_more_work_is_begun(self):
        driver = mock.Mock()
        driver.pools.return_value = []
        lifecycle = mock.Mock()
        lifecycle.share_groups.unfinished_at.return_value = ['first', 'second']
        lifecycle.cleanups.return_value = []
        for one in (lifecycle.shares, lifecycle.snapshots, lifecycle.access):
            one.unfinished_at.return_value = []
        lifecycle.queue_key.side_effect = lambda _kind, row_id: row_id
        backend = manager.BackendManager(
            mock.MagicMock(),
            'here@one',
            'zone',
            driver,
            lifecycle,
            mock.Mock(),
        )
        backend._ready = True
        begun = []

        @contextlib.contextmanager
        def at_work(row_id, _host):
            # The signal comes while the first one is being worked on.
            begun.append(row_id)
            backend.end()
            yield None

        lifecycle.share_groups.at_work = at_work
        backend.reconcile()
        backend.work(context.service_context(), states.SHARE_GROUP, 'third')
        self.assertEqual(['first'], begun)

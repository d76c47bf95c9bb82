# SPDX-License-Identifier: Apache-2.0
"""What a back end made of a group that went elsewhere does not stay."""

from manila_groups import exception
from manila_groups.backend import driver as drivers
from manila_groups.tests.unit.domain import test_lifecycle


class CleanupTest(test_lifecycle.LifecycleTest):
    """A back end dies with a half made group, and comes back."""

    def moved_group(self):
        """A group that one back end made, and another one then got.

        :returns: the group's id, and the first back end's name
        """
        group_id = self.placed_group()
        group = self.service.get(group_id)
        host, _, pool = group.host.partition('#')
        name = host.partition('@')[2]
        payload = drivers.ShareGroup(
            id=group_id, project_id=group.project_id, pool=pool
        )
        driver = self.service.drivers[host]
        driver.create_share_group(payload)
        self.service.stop_backend(name)
        conf = self.service.conf
        self.service.pass_time(
            conf.service.down_time + conf.service.stuck_after + 1
        )
        self.service.scheduler.reconcile()
        self.service.deliver_all()
        moved = self.service.get(group_id)
        self.assertEqual('available', moved.status)
        self.assertNotEqual(host, moved.host.partition('#')[0])
        # Storage outlives the process that drives it.
        self.service.start_backend(name, driver)
        return group_id, host


class TestCleanups(CleanupTest):
    def test_are_removed_when_it_is_back(self):
        group_id, host = self.moved_group()
        self.assertIn(host, self.drivers_with(group_id))
        self.service.search(self.service.backends[host])
        self.assertNotIn(host, self.drivers_with(group_id))
        self.assertEqual(1, len(self.drivers_with(group_id)))
        self.assertEqual('available', self.service.status(group_id))

    def test_are_removed_also_when_the_group_is_gone(self):
        group_id, host = self.moved_group()
        self.service.groups.delete(self.service.caller, group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))
        self.service.search(self.service.backends[host])
        self.assertEqual([], self.drivers_with(group_id))

    def test_are_tried_again_when_that_fails(self):
        group_id, host = self.moved_group()
        driver = self.service.drivers[host]
        working, driver.delete_share_group = (
            driver.delete_share_group,
            self.fail_to_delete,
        )
        self.service.search(self.service.backends[host])
        self.assertIn(host, self.drivers_with(group_id))
        driver.delete_share_group = working
        self.service.pass_time(61)
        self.service.search(self.service.backends[host])
        self.assertNotIn(host, self.drivers_with(group_id))

    def fail_to_delete(self, group):
        raise exception.DriverError('not now')


class TestWhileAtWork(CleanupTest):
    def test_are_left_to_the_thread_that_still_makes_the_group(self):
        """A back end that was only slow gets its group taken away."""
        group_id = self.placed_group()
        backend = self.backend_of(group_id)
        driver = backend._driver
        create, delete = driver.create_share_group, driver.delete_share_group
        seen = []
        driver.delete_share_group = lambda group: (
            seen.append(group.id),
            delete(group),
        )

        def slow(group):
            create(group)
            self.service.stop_backend(backend.host.partition('@')[2])
            self.service.settle()
            self.assertEqual(1, len(self.service.clean_ups()))
            self.service.backends[backend.host] = backend
            self.service.drivers[backend.host] = driver
            backend.report()
            self.service.search(backend)
            self.assertEqual([], seen)

        driver.create_share_group = slow
        backend.runner.run_all()
        self.assertEqual({group_id}, set(seen))
        self.assertNotIn(backend.host, self.drivers_with(group_id))
        self.assertEqual([], self.service.clean_ups())

# SPDX-License-Identifier: Apache-2.0
"""What every verb promises, for each way to make a resource of its kind."""

from manila_groups.tests.unit.domain.operations import test_every_verb as some


class TestMessages(some.TestMessages):
    ways = None


class TestKilled(some.TestKilled):
    ways = None


class TestAway(some.TestAway):
    ways = None


class TestOverdue(some.TestOverdue):
    ways = None


class TestForced(some.TestForced):
    ways = None


class TestFailing(some.TestFailing):
    ways = None

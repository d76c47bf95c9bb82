# SPDX-License-Identifier: Apache-2.0
"""The class that every test of the project derives from."""

import os

import fixtures
import hypothesis
import testtools

# How long it takes to think of values says something of the machine only.
hypothesis.settings.register_profile(
    'unhurried',
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile('unhurried')


def in_memory() -> str | None:
    """Find a file system for many small writes; None is the usual one."""
    try:
        figures = os.statvfs('/dev/shm')
    except OSError:
        return None
    free = figures.f_bavail * figures.f_frsize
    return '/dev/shm' if free > 4 * 2**30 else None


class TestCase(testtools.TestCase):
    """A test that needs nothing but the checkout.

    What it logs is shown where it fails, and nowhere else.
    """

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger())

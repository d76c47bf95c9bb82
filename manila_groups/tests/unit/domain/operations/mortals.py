# SPDX-License-Identifier: Apache-2.0
"""Back ends that fail, and processes that die, when a test says so."""

import contextlib

from manila_groups.backend.drivers import fake
from manila_groups.tests import engine

#: What every back end does whether or not it has work.
_ALWAYS = ('setup', 'check', 'pools')


class Driver(fake.FakeDriver):
    """A back end that fails when a test says so.

    :ivar calls: the methods that were called on storage
    :ivar failures: what the next calls raise; the last one for ever if it
        fails for ever
    """

    def __init__(self, name, section):
        super().__init__(name, section)
        self.calls = []
        self.failures = iter(())

    def _simulate(self, method):
        super()._simulate(method)
        if method not in _ALWAYS:
            self.calls.append(method)
            for failure in self.failures:
                raise failure


class Engine(engine.Copies):
    """An engine that fails with the back ends.

    :ivar failures_of_all: what the next calls raise, as Driver.failures
    """

    def __init__(self):
        super().__init__()
        self.failures_of_all = iter(())

    def _called(self, method, name):
        super()._called(method, name)
        if method not in _ALWAYS:
            for failure in self.failures_of_all:
                raise failure


class Killed(BaseException):
    """A process is no more."""


class Fate:
    """When processes die: at the edge of one of their transactions.

    :ivar left: how many edges until then; None is never
    """

    def __init__(self):
        self.left = None

    def reach(self):
        """Come to an edge."""
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise Killed


class MortalDatabase:
    """A database whose user may die before or after each commit."""

    def __init__(self, db, fate):
        self._db = db
        self._fate = fate

    def __getattr__(self, name):
        return getattr(self._db, name)

    @contextlib.contextmanager
    def writer(self):
        """Begin a transaction; see db.api.Database."""
        with self._db.writer() as conn:
            yield conn
            self._fate.reach()
        self._fate.reach()

# SPDX-License-Identifier: Apache-2.0
"""What the tests of exports have in common."""

import os
import pathlib
import subprocess
import uuid

import fixtures

from manila_groups.backend import driver
from manila_groups.backend.drivers.local import ganesha as exports
from manila_groups.tests import base
from manila_groups.tests import btrfs
from manila_groups.tests import ganesha
from manila_groups.tests.unit.backend import contract

READ_WRITE = [driver.AccessRule('127.0.0.0/8', 'rw')]
READ_ONLY = [driver.AccessRule('127.0.0.1', 'ro')]


class GaneshaTestCase(base.TestCase):
    """An NFS-Ganesha, and a back end that exports with it."""

    def setUp(self):
        super().setUp()
        ganesha.need(self)
        # Unmounted after the server has stopped.
        self.root = self.make_root()
        self.server = self.useFixture(self.make_server())
        self.exports = self.make_exports()
        self.exports.setup()

    def make_server(self):
        return ganesha.GaneshaFixture()

    def make_root(self):
        return pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def make_group(self):
        path = self.root / str(uuid.uuid4())
        path.mkdir()
        return path

    def make_exports(self, name='alpha', **options):
        section = contract.section(name, **(self.server.options | options))
        return exports.Ganesha(name, section)

    def make_share(self, group=None):
        """Make a directory with a file; returns it, its id and location."""
        share_id = str(uuid.uuid4())
        path = (group or self.make_group()) / share_id
        path.mkdir()
        (path / 'file').write_text(share_id)
        location = self.exports.locations(share_id, str(path))[0].path
        return Share(self, share_id, path, location)

    def assertGone(self):
        """Make sure that nothing of an export is left."""
        self.assertEqual(set(), self.exports.published())
        self.assertEqual(['.manila-groups'], os.listdir(self.server.exports))
        self.assertEqual([], os.listdir(self.server.temp / 'volumes/alpha'))


class Share:
    """A directory, and what a client sees of it."""

    def __init__(self, case, share_id, path, location):
        self._case = case
        self.id = share_id
        self.path = path
        self.location = location

    def publish(self, rules, exports=None):
        exports = exports or self._case.exports
        exports.publish([(self.id, str(self.path), rules)])

    def withdraw(self):
        self._case.exports.withdraw(self.id)

    def read(self, name='file'):
        done = self._case.server.read(self.location, name)
        return done and done.decode()

    def write(self, name, content=b'bytes'):
        return self._case.server.write(self.location, name, content)

    def mountable(self):
        return self._case.server.mountable(self.location)


class OnBtrfs:
    """Mix in: groups are subvolumes."""

    def make_root(self):
        return btrfs.use(self).path

    def make_group(self):
        path = self.root / str(uuid.uuid4())
        subvolume('create', path)
        return path


def subvolume(*command):
    subprocess.run(
        ['btrfs', 'subvolume', *command],
        check=True,
        timeout=60,
        capture_output=True,
    )

# SPDX-License-Identifier: Apache-2.0
"""What the tests of the local driver have in common."""

import os
import pathlib
import shutil
import signal
import sys
import threading
import time
import traceback

import fixtures

from manila_groups import exception
from manila_groups.backend import driver as backend_driver
from manila_groups.backend.drivers.local import driver
from manila_groups.tests import base
from manila_groups.tests import btrfs
from manila_groups.tests import servers
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import contract_files

#: What is in the path of a back end without share groups and shares.
EMPTY = [
    '.manila-groups',
    'drafts',
    'groups',
    'shares',
    'snapshots',
    'trash',
]


def make(path, name='alpha', **values):
    return driver.LocalDriver(
        name, contract.section(name, local_path=str(path), **values)
    )


def ready(path, name='alpha', **values):
    made = make(path, name, **values)
    made.setup()
    return made


def in_child(function):
    """Run a function in a process of its own; return how that ended."""
    child = os.fork()
    if not child:
        status = 1
        try:
            function()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


#: What changes something, of what the interpreter audits. A kill before a
#: read is one before the next change.
_CHANGES = {
    # Before a function of the C library is called.
    'ctypes.dlsym',
    'os.chmod',
    'os.chown',
    'os.link',
    'os.mkdir',
    'os.remove',
    'os.rename',
    'os.rmdir',
    'subprocess.Popen',
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _changes(event, arguments):
    if event == 'open':
        return arguments[2] & _WRITES
    return event in _CHANGES


def killed_at(step, function):
    """Run a function, killed before its step-th change.

    The end of the function counts as one more.

    :returns: whether it came so far
    """

    def run():
        left = step

        def audit(event, arguments):
            nonlocal left
            if _changes(event, arguments):
                left -= 1
                # Not below, since os.kill is audited too.
                if left == -1:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(audit)
        function()
        audit('os.remove', ())

    status = in_child(run)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status) != 0:
        raise AssertionError('the operation failed')
    return False


def killed_when(condition, function):
    """Run a function, killed as soon as a condition holds.

    :returns: whether it came so far
    """

    def watch():
        while not condition():
            time.sleep(0.0005)
        os.kill(os.getpid(), signal.SIGKILL)

    def run():
        threading.Thread(target=watch, daemon=True).start()
        function()

    return os.WIFSIGNALED(in_child(run))


def for_root(test, program):
    """Copy a program to where only root can, under a name as restic's.

    :returns: its path
    """
    if os.geteuid():
        servers.not_there(test, 'another user', 'it takes root to be one')
    # Not below a directory of everybody.
    temp = fixtures.TempDir(rootdir=pathlib.Path.home())
    path = pathlib.Path(test.useFixture(temp).path, f'restic-{program}')
    shutil.copy(shutil.which(program), path)
    return str(path)


class FileExports:
    """In place of a server: an export is a file with the rules.

    :param path: the directory of the files
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def setup(self):
        self.path.mkdir(exist_ok=True)

    def locations(self, share_id, path):
        return [backend_driver.ExportLocation(path=path)]

    def publish(self, shares):
        for share_id, _path, rules in shares:
            if rules:
                text = '\n'.join(rule.access_to for rule in rules)
                (self.path / share_id).write_text(text)
            else:
                self.withdraw(share_id)

    def withdraw(self, *share_ids):
        for share_id in share_ids:
            (self.path / share_id).unlink(missing_ok=True)

    def published(self):
        return {file.name for file in self.path.glob('*')}


class LocalTestCase(base.TestCase):
    #: Where the directory of a test is; None is where all of them are.
    rootdir = None

    def setUp(self):
        super().setUp()
        temp = self.useFixture(fixtures.TempDir(rootdir=self.rootdir))
        self.temp = pathlib.Path(temp.path)
        self.path = self.temp / 'alpha'

    def assertRefused(self, made, part):
        error = self.assertRaises(exception.DriverError, made.setup)
        self.assertIn('[alpha] local_path', error.message)
        self.assertIn(part, error.message)

    def tree(self):
        return sorted(
            str(found.relative_to(self.path)) for found in self.path.rglob('*')
        )

    def home(self, share):
        """Return the directory of a share."""
        if share.share_group_id is None:
            return self.path / 'shares' / share.id
        return self.path / 'groups' / share.share_group_id / share.id


class BtrfsTestCase(LocalTestCase):
    """The same on a Btrfs; skipped where none can be made."""

    def setUp(self):
        super().setUp()
        self.btrfs = btrfs.use(self)
        self.path = self.btrfs.path / 'alpha'


class LocalContract(contract_files.FilesContract):
    """The contract, on directories that can be looked into."""

    def make_driver(self):
        return ready(self.path)

    def groups_of(self, made):
        return set(os.listdir(self.path / 'groups'))

    def shares_of(self, made):
        members = self.path.glob('groups/*/*')
        alone = self.path.glob('shares/*')
        return {found.name for found in (*members, *alone)}

    def snapshots_of(self, made):
        return set(os.listdir(self.path / 'snapshots'))

    def write(self, share, text):
        (self.home(share) / 'file').write_text(text)

    def read(self, share):
        return (self.home(share) / 'file').read_text()

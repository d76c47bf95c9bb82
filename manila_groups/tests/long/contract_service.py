# SPDX-License-Identifier: Apache-2.0
"""The service with its API in a test's hand, and processes that are killed.

Whoever is killed, is so out of a call of its driver or out of a commit.  The
exception passes through all of the service's code, which runs in no
transaction afterwards and remembers nothing of what it did.
"""

import collections
import functools
import json
import urllib.parse

import fixtures

from manila_groups import exception
from manila_groups import policy
from manila_groups.api import app
from manila_groups.api import collaborators
from manila_groups.backend.driver import Driver
from manila_groups.cmd import api as cmd_api
from manila_groups.db import api as db_api
from manila_groups.rpc import base as rpc
from manila_groups.rpc import wake as wakes
from manila_groups.tests import inprocess
from manila_groups.tests.functional import wsgi_client

#: Who makes requests: project, user and roles.
USERS = {
    'owner': ('here', 'user', 'member,reader'),
    'reader': ('here', 'looker', 'reader'),
    'other': ('there', 'guest', 'member,reader'),
    'admin': ('admins', 'root', 'admin,member,reader'),
}
#: The methods of a driver that change something.
METHODS = (
    'create_share_group',
    'delete_share_group',
    'create_share',
    'delete_share',
    'create_share_group_snapshot',
    'delete_share_group_snapshot',
    'create_share_group_from_snapshot',
    'resize_share',
    'revert_share_group',
    'read_snapshot',
    'create_share_group_from_files',
    'restore_share_group',
    'update_access',
)
#: The methods of the engine of backups.
ENGINE = ('save', 'write_manifest', 'restore', 'forget')
#: Those that consist of others, where no driver has its own.
COMPOSED = ('create_share_group_from_group', 'forget_source')


class Killed(BaseException):
    """The process is gone: no code of the service may go on."""


class Storage:
    """A driver whose storage outlives whoever is killed.

    :cvar methods: those that may fail
    :ivar broken: the methods that fail
    :ivar failed: the ids of what a call has failed for
    :ivar kill: 'before' or 'after' the next call's effect, or None
    """

    methods = METHODS

    def __init__(self, driver):
        self._driver = driver
        self.broken = set()
        self.failed = set()
        self.kill = None

    def __getattr__(self, name):
        found = getattr(self._driver, name)
        if name in COMPOSED:
            return functools.partial(self._compose, getattr(Driver, name))
        if name not in self.methods:
            return found
        return lambda *args: self._call(found, name, *args)

    def _compose(self, method, group, *args):
        """Do what fails, and may be killed, in each of its parts."""
        failed = set(self.failed)
        try:
            return method(self, group, *args)
        except exception.DriverError:
            self.failed = failed | {group.id}
            raise

    def _call(self, method, name, *args):
        kill, self.kill = self.kill, None
        if kill == 'before':
            raise Killed
        if name in self.broken:
            self._note(*args)
            raise exception.DriverError(f'{name} is broken')
        result = method(*args)
        if kill == 'after':
            raise Killed
        return result

    def _note(self, wanted, *_args):
        self.failed |= {wanted.id, getattr(wanted, 'share_group_id', None)}


class Repository(Storage):
    """The engine of backups, whose repositories outlive them likewise.

    To it, the reference of a backup is the backup's id.
    """

    methods = ENGINE

    def _note(self, _project_id, wanted, *_args):
        self.failed.add(getattr(wanted, 'backup_id', wanted))


class Commits(fixtures.Fixture):
    """Lets a process be killed at one of its next commits."""

    def _setUp(self):
        self._commit = db_api._commit
        self.spare()
        self.useFixture(
            fixtures.MonkeyPatch('manila_groups.db.api._commit', self._end)
        )

    def kill_at(self, number, when):
        """Kill at the number-th commit from now.

        :param when: 'before' or 'after' it
        """
        self._left, self._when = number, when

    def spare(self):
        """Kill nobody."""
        self._left, self._when = 0, None

    def _end(self, conn, transaction):
        self._left -= 1
        is_last = self._left == 0
        if is_last and self._when == 'before':
            raise Killed
        self._commit(conn, transaction)
        if is_last and self._when == 'after':
            raise Killed


class Service(inprocess.InProcess):
    """The service in a test's hand, with its API.

    :ivar storages: the back end's name to its storage
    :ivar commits: kills processes
    :ivar killed: how many were
    """

    killed = 0

    def _setUp(self):
        super()._setUp()
        self.clock.stop()
        self._away = collections.Counter()
        self.commits = self.useFixture(Commits())
        self.engine = Repository(self.engine)
        self.storages = {}
        for name in self.conf.enabled_backends:
            driver = self.drivers[f'{self.conf.host}@{name}']
            self.storages[name] = Storage(driver)
            self.start_backend(name, self.storages[name])
        self.application = app.load(
            collaborators.Collaborators(
                conf=self.conf,
                db=self.db,
                unavailable=db_api.UNAVAILABLE,
                enforcer=policy.Enforcer(self.conf),
                transport=rpc.transport(self.conf),
                waker=self,
                explain=cmd_api.explainer(self.conf, self.db),
            )
        )

    def check_broker(self, patience):
        """Tell the API that messages get away: they wait in a list."""

    def call(self, user, method, path, body=None, **query):
        """Make a request.

        :param user: a key of USERS
        :raises Killed: the API was, as had been asked for
        """
        project, user_id, roles = USERS[user]
        return wsgi_client.call(
            self.application,
            method,
            f'/v2{path}',
            urllib.parse.urlencode(query),
            b'' if body is None else json.dumps(body),
            {
                'X-Project-Id': project,
                'X-User-Id': user_id,
                'X-Roles': roles,
            },
        )

    def read_all(self, path, key):
        """Read a whole list as the administrator: id to what is shown."""
        answer = self.call('admin', 'GET', path, all_tenants='1')
        return {one['id']: one for one in answer.json[key]}

    def is_up(self, name):
        """Tell whether a back end runs."""
        return f'{self.conf.host}@{name}' in self.backends

    def all_up(self):
        return all(map(self.is_up, self.storages))

    def is_reachable(self, host):
        """Tell whether the back end of a pool has reported lately."""
        return self.is_here(backend_of(host))

    def is_here(self, name):
        """Tell whether a back end has reported lately."""
        return self._away[name] <= self.conf.service.down_time

    def pass_time(self, seconds):
        super().pass_time(seconds)
        for name in self.storages:
            self._away[name] += 0 if self.is_up(name) else seconds

    def start(self, name):
        """Start a back end that does not run."""
        del self._away[name]
        self.start_backend(name, self.storages[name])

    def let(self, process, function):
        """Let a process do something, which may kill it.

        :param process: the name of a back end, or 'scheduler'
        """
        try:
            function()
        except Killed:
            self.killed += 1
            if process == 'scheduler':
                self.scheduler = self.new_scheduler()
            else:
                self.stop_backend(process)

    def deliver(self, number=0):
        place = self.messages[number].place
        name = place.rpartition('@')[2]
        process = 'scheduler' if place == wakes.SCHEDULERS else name
        deliver = super().deliver
        self.let(process, lambda: deliver(number))

    def reconcile(self):
        self.let('scheduler', lambda: _look(self.scheduler))
        for name in list(filter(self.is_up, self.storages)):
            backend = self.backends[f'{self.conf.host}@{name}']
            self.let(name, functools.partial(_look, backend))

    def settle(self):
        """Let time pass until nothing more happens; messages are lost."""
        before = None
        while before != (before := self._statuses()):
            self.messages.clear()
            self.pass_time(self.conf.service.stuck_after + 1)
            self.reconcile()
            self.deliver_all()

    def _statuses(self):
        rows = (
            *self.all_groups(),
            *self.all_shares(),
            *self.all_snapshots(),
            *self.all_backups(),
        )
        return {
            row.id: (row.status, row.host, getattr(row, 'taken_at', None))
            for row in rows
        }

    def mend(self):
        """Let all that was broken or killed work again."""
        self.commits.spare()
        for storage in (*self.storages.values(), self.engine):
            storage.broken.clear()
            storage.kill = None
        for name in self.storages:
            if not self.is_up(name):
                self.start(name)


def backend_of(host):
    """The name of the back end that has a pool."""
    return host.partition('#')[0].rpartition('@')[2]


def _look(manager):
    """Let a process search for what was lost, and look at its queue."""
    manager.reconcile()
    manager.runner.run_all()

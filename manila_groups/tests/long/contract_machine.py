# SPDX-License-Identifier: Apache-2.0
"""The service beside the model of its contract, compared after each step."""

import unittest

from hypothesis import stateful

from manila_groups.backend import payloads
from manila_groups.domain.types import share_types
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.long import contract_model as model
from manila_groups.tests.long import contract_refusals as refusals
from manila_groups.tests.long import contract_rows as rows
from manila_groups.tests.long import contract_service
from manila_groups.tests.long import contract_shown as shown

OPTIONS = {
    'quota': model.LIMITS,
    'service': {
        'work_deadline': model.DEADLINE,
        'work_tries': model.TRIES,
    },
    'beta': {
        'fake_pools': [{'name': 'only'}],
        'fake_group_capabilities': {'revert_to_any_group_snapshot': False},
        'backend_availability_zone': 'west',
    },
}
ZONES = {'alpha': 'nova', 'beta': 'west'}
#: The back end that reverts a group to its newest snapshot only.
TO_NEWEST = 'beta'
USERS = {
    name: rows.User(
        project, admin='admin' in roles, reader='member' not in roles
    )
    for name, (project, _user, roles) in contract_service.USERS.items()
}
PROJECTS = sorted({user.project for user in USERS.values()})
#: Each kind's path and the key of its list.
PATHS = {
    rows.GROUP: ('/share-groups', 'share_groups'),
    rows.SHARE: ('/shares', 'shares'),
    rows.SNAPSHOT: ('/share-group-snapshots', 'share_group_snapshots'),
    rows.BACKUP: ('/share-group-backups', 'share_group_backups'),
}
#: The share group types, and the share types that each allows.
TYPES = {
    'default': ('default',),
    'wide': ('default', 'west'),
    'secret': ('default', 'west'),
}


class Machine(stateful.RuleBasedStateMachine):
    """What all rules need; they are in a class of its own.

    :ivar service: the real one
    :ivar model: what it should be like
    :cvar steps: how many had an effect to compare, in all runs
    """

    steps = 0

    def __init__(self):
        super().__init__()
        self.test = unittest.TestCase()
        self.service = contract_service.Service(OPTIONS)
        self.service.setUp()
        self.model = refusals.Refusals(self.service.clock.passed)
        self.number = 0
        self.compared = {}
        self._make_types()

    def _make_types(self):
        service = self.service
        default = service.types.get(
            service.admin, service.default_type.share_types[0]
        )
        west = service.types.create(
            'west', {share_types.DHSS: 'False', 'availability_zones': 'west'}
        )
        self.share_types = {'default': default.id, 'west': west.id}
        self.group_types = {
            'default': service.default_type.id,
            'unknown': api_fixture.UNKNOWN_ID,
        }
        for name, public in (('wide', True), ('secret', False)):
            made = service.group_types.create(
                service.admin,
                name,
                list(self.share_types.values()),
                {},
                public,
            )
            self.group_types[name] = made.id

    # Finding one's way.

    def next_name(self):
        self.number += 1
        return f'row-{self.number:03}'

    def pick(self, kind, number):
        """The id of a row, the newest first, or one that no row has."""
        ids = [row.id for row in reversed(self.model.of_kind(kind))]
        return [*ids, api_fixture.UNKNOWN_ID][number % (len(ids) + 1)]

    # What there is, in the service and in the model.

    def look(self):
        """Read all rows over the API."""
        found = {}
        for kind, (path, key) in PATHS.items():
            read = self.service.read_all(f'{path}/detail', key)
            found |= {
                row_id: shown.describe(kind, one)
                for row_id, one in read.items()
            }
        return found

    def expected(self):
        """The same, by the model."""
        return {
            row.id: shown.expected(row) for row in self.model.rows.values()
        }

    # The two sorts of steps.

    def request(self, who, codes, success, effect, *call, **query):
        """Make a request, which the model knows the answer of.

        :param codes: those of refusals, of which one is due; none when there
            are none
        :param effect: what it does to the model, called with all rows
        """
        self._begin()
        try:
            answer = self.service.call(who, *call, **query)
        except contract_service.Killed:
            answer = None
        self.service.commits.spare()
        found = self.look()
        if answer is None:
            # All of it or nothing: the client can't know.
            is_possible = not codes or success in codes
            if is_possible and found != self.expected():
                effect(found)
        else:
            allowed = codes or {success}
            self.test.assertIn(answer.status, allowed, answer.body)
            if answer.status == success:
                effect(found)
        self.test.assertEqual(self.expected(), found)

    def happen(self, function, *args):
        """Let the service do something by itself."""
        self._begin()
        was_down = not self.service.all_up()
        function(*args)
        self.service.commits.spare()
        self._excuse(was_down or not self.service.all_up())
        self._follow(self.look())

    def force(self, who, row_id, path):
        """Ask for a deletion by force."""
        row = self.model.rows.get(row_id)
        is_reachable = row is None or self._is_reachable(row)

        def effect(_found):
            self.model.delete(row_id, True, is_reachable)

        self.request(
            who,
            self.model.refuse_force(USERS[who], row_id),
            202,
            effect,
            'POST',
            f'{path}/{row_id}/action',
            {'force_delete': None},
        )

    def _is_reachable(self, row):
        if row.kind == rows.BACKUP:
            # Any back end can delete one.
            return any(map(self.service.is_here, self.service.storages))
        host = self.model.host_of(row)
        return host is None or self.service.is_reachable(host)

    def _begin(self):
        type(self).steps += 1
        self._killed = self.service.killed

    def _excuse(self, is_down):
        failed, killed = set(), self.service.killed - self._killed
        for storage in (*self.service.storages.values(), self.service.engine):
            failed |= storage.failed
            storage.failed.clear()
        for row in self.model.rows.values():
            row.excused |= bool(failed & self._needs(row))
            row.deaths += killed
            row.excused |= row.deaths >= model.TRIES
            row.excused |= self.model.is_overdue(row)
            # A scheduler finds no pool.
            row.excused |= is_down and row.status in rows.PLACED

    def _needs(self, row):
        """The ids of all that must work for a row."""
        if row.kind == rows.BACKUP:
            return {row.id, row.source, payloads.moment_id(row.id)} - {None}
        restored = self.model.restoring_to(row.id)
        return {row.id, row.rebuilt, *(one.id for one in restored)} - {None}

    def _follow(self, found):
        """Let the model become what it may."""
        may = {
            row_id: self.model.may_become(row)
            for row_id, row in self.model.rows.items()
        }
        for row in self.model.of_kind(rows.SHARE):
            if row.id in found:
                self._follow_size(row, found[row.id])
        for row_id, row in list(self.model.rows.items()):
            now = found.get(row_id)
            status = now and now['status']
            if status != row.status:
                self.test.assertIn(status, may[row_id], row)
                self._check_message(row, status)
            if now is None:
                del self.model.rows[row_id]
            else:
                self._follow_row(row, now)
        self.test.assertEqual(self.expected(), found)

    def _follow_row(self, row, now):
        if row.kind == rows.BACKUP:
            self._follow_backup(row, now)
        has_place = row.kind in (rows.GROUP, rows.SHARE)
        is_made = row.status == rows.CREATING and self.model.in_motion(row)
        if has_place and is_made and row.host != now['host']:
            row.host, row.since = now['host'], self.model.clock()
            self._check_place(row)
        if now['status'] != row.status:
            self.model.set(row, now['status'])

    def _follow_backup(self, row, now):
        if now['taken'] and not row.taken:
            row.taken, row.since = True, self.model.clock()
        if now['complete'] and not row.complete:
            self.test.assertTrue(now['taken'])
            row.complete = row.status == rows.CREATING

    def _follow_size(self, row, now):
        has_ended = row.status != now['status']
        is_resized = row.status in rows.RESIZING.values() and has_ended
        if is_resized or self._is_settled(row):
            sizes = self.model.may_have_size(row, now['status'])
            self.test.assertIn(now['size'], sizes, row)
            row.settle(now['size'])

    def _is_settled(self, row):
        """Tell whether a revert, or a restore, has given a share its size.

        It does so before its end; no request shows what is counted then.
        """
        is_part = row.status in rows.REPLACING
        if not (is_part and self.model.in_motion(row)):
            return False
        share = self.service.get_share(row.id)
        return share.new_size is None and share.quota_gb == share.size

    def _check_place(self, row):
        if row.host is not None and row.zone is not None:
            name = contract_service.backend_of(row.host)
            self.test.assertEqual(row.zone, ZONES[name], row)

    def _check_message(self, row, status):
        """Check that the users learn why something failed."""
        with_group = row.group and row.working and row.cloned
        if status in (None, rows.AVAILABLE) or with_group or not row.working:
            return
        answer = self.service.call(
            'admin', 'GET', '/messages', resource_id=row.id, all_tenants='1'
        )
        self.test.assertTrue(answer.json['messages'], row)

    # What always holds.

    @stateful.invariant()
    def usage_is_exact(self):
        for project in PROJECTS:
            if self.model.usage(project) == self.compared.get(project):
                continue
            answer = self.service.call(
                'admin', 'GET', f'/quota-sets/{project}/detail'
            )
            found = answer.json['quota_set']
            self.test.assertEqual(
                self.model.usage(project),
                {name: found[name]['in_use'] for name in model.LIMITS},
            )
            self.compared[project] = self.model.usage(project)
        self.service.check(self.test)

    @stateful.invariant()
    def nothing_happens_twice(self):
        ends = [
            (one.type, one.row.id)
            for one in self.service.events
            if one.type.endswith('.delete.end')
        ]
        self.test.assertEqual(len(set(ends)), len(ends))

    def teardown(self):
        try:
            self.settle()
            self._empty()
        finally:
            self.service.cleanUp()

    def settle(self):
        """Let all that waits come to its end."""
        self.service.mend()
        self.happen(self.service.settle)
        self.test.assertEqual([], self.waits())

    def waits(self):
        """The rows that something is yet to become of."""
        return [
            row
            for row in self.model.rows.values()
            if row.status in rows.WELL and self.model.in_motion(row)
        ]

    def _empty(self):
        """Delete all by force: nothing may be left anywhere."""
        # A group that something is made from goes after that.
        for kind in (rows.GROUP, rows.GROUP, rows.GROUP, rows.BACKUP):
            for row in self.model.of_kind(kind):
                self.force('admin', row.id, PATHS[kind][0])
            if self.model.rows:
                self.happen(self.service.settle)
        self.test.assertEqual({}, self.model.rows)
        for storage in self.service.storages.values():
            left = storage.share_groups, storage.shares, storage.snapshots
            self.test.assertEqual(({}, {}, {}), left)
        self.test.assertEqual([], self.service.engine.left())

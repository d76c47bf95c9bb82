# SPDX-License-Identifier: Apache-2.0
"""What the run of faults does by chance, and what it calls wrong."""

import contextlib
import itertools
import pathlib

import fixtures

from manila_groups import exception
from manila_groups.backend import payloads
from manila_groups.tests import base
from manila_groups.tests.faults import actions
from manila_groups.tests.faults import chances
from manila_groups.tests.faults import driver
from manila_groups.tests.faults import ends
from manila_groups.tests.faults import ledger
from manila_groups.tests.faults import report
from manila_groups.tests.faults import rows
from manila_groups.tests.faults import schedule
from manila_groups.tests.faults import storage
from manila_groups.tests.faults import transport
from manila_groups.tests.unit.backend import contract

HOST = 'backend-1@one'
POOL = f'{HOST}#one'


class TestChances(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.book = chances.Book(directory)
        self.directory = directory

    def drawn(self, seed, table, number=1000):
        for name, value in chances.environment(self.directory, seed).items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        drawer = chances.Chances()
        return [drawer.draw(table) for _ in range(number)]

    def test_one_seed_makes_one_choice(self):
        table = {'lost': 0.1, 'doubled': 0.2}
        self.assertEqual(self.drawn('1', table), self.drawn('1', table))
        self.assertNotEqual(self.drawn('1', table), self.drawn('2', table))

    def test_how_often(self):
        found = self.drawn('1', {'lost': 0.1, 'doubled': 0.2})
        self.assertTrue(70 < found.count('lost') < 130)
        self.assertTrue(160 < found.count('doubled') < 240)
        self.assertEqual(found.count('lost'), self.book.counted()['lost'])

    def test_calm(self):
        self.assertEqual({}, self.book.counted())
        self.book.calm()
        self.assertEqual([None] * 9, self.drawn('1', {'lost': 1}, 9))
        self.assertEqual({}, self.book.counted())

    def answers(self, drawn, owner, call):
        """Call something that draws this, and note whom it calls."""
        self.drawn('1', {})
        called = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'manila_groups.tests.faults.chances.Chances.draw',
                lambda self, table: drawn if drawn in table else None,
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(owner, lambda *args, **_: called.append(args))
        )
        with contextlib.suppress(exception.DriverError):
            call()
        return len(called)

    def test_messages(self):
        def send():
            made = transport.FaultyRabbit.__new__(transport.FaultyRabbit)
            made._chances = chances.Chances()
            made.send('target', {}, {'method': 'work'})

        owner = 'oslo_messaging._drivers.impl_rabbit.RabbitDriver.send'
        for drawn, number in (
            (None, 1),
            (transport.LOST, 0),
            (transport.DOUBLED, 2),
        ):
            self.assertEqual(number, self.answers(drawn, owner, send))

    def test_driver_calls(self):
        def delete():
            made = driver.FaultyDriver('one', contract.section('one'))
            made.delete_share_group('group')

        owner = (
            'manila_groups.backend.drivers.local.driver.LocalDriver.'
            'delete_share_group'
        )
        slept = []
        self.useFixture(fixtures.MonkeyPatch('time.sleep', slept.append))
        for drawn, number in (
            (None, 1),
            (driver.REFUSED, 0),
            (driver.FAILED, 1),
            (driver.HUNG, 1),
        ):
            self.assertEqual(number, self.answers(drawn, owner, delete))
        low, high = driver.SECONDS[driver.HUNG]
        self.assertTrue(low <= slept[0] <= high)
        self.assertEqual(1, len(slept))


class TestSchedule(base.TestCase):
    def test_each_once_a_round(self):
        number = len(schedule.FAULTS)
        found = list(itertools.islice(schedule.faults(1), 2 * number))
        for part in (found[:number], found[number:]):
            self.assertEqual(
                sorted(map(repr, schedule.FAULTS)),
                sorted(repr(fault) for fault, *_ in part),
            )
        for fault, who, seconds, _pause in found:
            low, high = fault.seconds
            self.assertIn(who, fault.who)
            self.assertTrue(low <= seconds <= high)

    def test_one_seed_makes_one_schedule(self):
        first, again, other = (
            list(itertools.islice(schedule.faults(seed), 40))
            for seed in (1, 1, 2)
        )
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)


class Me:
    """A client to whom refusals are told."""

    def __init__(self):
        self.told = []

    def unexpected(self, _what, text):
        self.told.append(text)


class TestOutcomes(base.TestCase):
    def outcome(self, status, message=''):
        me = Me()
        answer = status, {'fault': {'message': message}}
        found = actions.outcome(me, 'create', 'POST', '/shares', answer)
        return found, bool(me.told)

    def test_what_they_are_called(self):
        for status, expected in (
            (None, ledger.UNKNOWN),
            (200, ledger.ACCEPTED),
            (202, ledger.ACCEPTED),
            (503, ledger.UNAVAILABLE),
            (409, 'refused 409'),
        ):
            self.assertEqual((expected, False), self.outcome(status))

    def test_a_commit_may_have_been_heard(self):
        found = self.outcome(503, 'The database does not answer.')
        self.assertEqual((ledger.DOUBTFUL, False), found)

    def test_races(self):
        for status, message in (
            (400, 'the share group 1 has the status creating'),
            (403, 'share 1 is in a snapshot'),
            (404, 'no'),
        ):
            _found, is_told = self.outcome(status, message)
            self.assertFalse(is_told)

    def test_what_no_race_explains(self):
        for status in (400, 403, 413, 500):
            self.assertEqual(
                (f'refused {status}', True), self.outcome(status, 'size')
            )


def thing(kind=ledger.GROUPS, **values):
    return ledger.Thing(kind, 'thing-1', None, **values)


class TestEnds(base.TestCase):
    def judge(self, thing, status, has_message=False):
        row = status and {'id': 'a', 'status': status}
        return ends.judge(thing, row, lambda row_id: has_message)[1]

    def test_gone(self):
        self.assertFalse(self.judge(thing(), None))
        self.assertTrue(self.judge(thing(creation=ledger.UNKNOWN), None))
        for known in (ledger.ACCEPTED, ledger.UNKNOWN):
            deleted = thing(deletion=known)
            share = thing(ledger.SHARES, group=deleted)
            self.assertTrue(self.judge(deleted, None))
            self.assertTrue(self.judge(share, None))
            self.assertFalse(
                self.judge(thing(ledger.SHARES, group=thing()), None)
            )

    def test_available(self):
        self.assertTrue(self.judge(thing(), 'available'))
        self.assertTrue(
            self.judge(thing(deletion=ledger.UNKNOWN), 'available')
        )
        self.assertFalse(
            self.judge(thing(deletion=ledger.ACCEPTED), 'available')
        )

    def test_errors(self):
        for status in ('error', 'error_deleting'):
            self.assertTrue(self.judge(thing(), status, has_message=True))
            self.assertFalse(self.judge(thing(), status))

    def test_errors_of_groups(self):
        def judge(share):
            row = {'id': 'share', 'status': 'error'}
            return ends.judge(share, row, lambda one: one == 'group')[1]

        whole = thing(id='group')
        own = thing(ledger.SHARES, group=whole)
        implied = thing(ledger.SHARES, group=whole, creation=ledger.IMPLIED)
        self.assertFalse(judge(own))
        self.assertTrue(judge(implied))
        implied.note_deletion(ledger.ACCEPTED)
        self.assertFalse(judge(implied))
        whole.note_deletion(ledger.ACCEPTED)
        self.assertTrue(judge(own))

    def test_a_share_fails_to_be_replaced_with_its_group(self):
        share = thing(ledger.SHARES, group=thing(id='group'))
        for status in ('reverting_error', 'backup_restoring_error'):
            row = {'id': 'share', 'status': status}
            for told in ('group', 'share'):
                judged = ends.judge(share, row, told.__eq__)
                self.assertEqual((ends.FAILED, True), judged)
            judged = ends.judge(share, row, 'other'.__eq__)
            self.assertEqual((ends.SILENT, False), judged)

    def test_a_backup_outlives_its_group(self):
        origin = thing()
        backup = thing(ledger.BACKUPS, origin=origin)
        self.assertFalse(self.judge(backup, 'error'))
        origin.note_deletion(ledger.ACCEPTED)
        self.assertFalse(self.judge(backup, None))
        self.assertTrue(self.judge(backup, 'available'))
        # Its creation ends without a message where that is by force.
        self.assertTrue(self.judge(backup, 'error'))

    def test_under_way(self):
        for status in (
            'creating',
            'reverting',
            'restoring',
            'backup_restoring',
        ):
            self.assertFalse(self.judge(thing(), status, has_message=True))

    def test_what_was_accepted_once_stays_so(self):
        one = thing()
        one.note_deletion(ledger.UNKNOWN)
        one.note_deletion(ledger.ACCEPTED)
        one.note_deletion(ledger.UNKNOWN)
        self.assertEqual(ledger.ACCEPTED, one.deletion)

    def test_find(self):
        things = {ledger.GROUPS: {'a': {'id': 'a', 'name': 'thing-1'}}}
        unknown = thing(creation=ledger.UNKNOWN)
        self.assertEqual('a', ends.find(unknown, things)['id'])
        self.assertEqual('a', ends.find(thing(id='a'), things)['id'])
        self.assertIsNone(ends.find(thing(id='b'), things))
        unknown.name = 'thing-2'
        self.assertIsNone(ends.find(unknown, things))


def group(**values):
    return {'id': 'g', 'status': 'available', 'host': POOL} | values


def share(**values):
    row = {'id': 's', 'status': 'available', 'host': POOL, 'claimed_gb': 2}
    return row | values


def snapshot(**values):
    row = {'id': 'n', 'status': 'available', 'share_group_id': 'g'}
    return row | values


class TestDisagreements(base.TestCase):
    """Of a group with a share and a snapshot of both."""

    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        for name in ('groups/g/s', 'snapshots/n/s', 'shares', 'drafts'):
            (self.path / name).mkdir(parents=True)
        (self.path / 'trash').mkdir()
        self.groups, self.shares = [group()], [share()]
        self.snapshots = [snapshot()]

    def found(self, remembered=()):
        content = rows.Content(
            things={
                kind: {row['id']: row for row in found}
                for kind, found in (
                    (ledger.GROUPS, self.groups),
                    (ledger.SHARES, self.shares),
                    (ledger.SNAPSHOTS, self.snapshots),
                )
            },
            pools=[],
            members={'n': {'s'}},
        )
        held = storage.look(self.path)
        return sorted(storage.disagreements(HOST, held, content, remembered))

    def remove(self, *names):
        for name in names:
            (self.path / name).rmdir()

    def test_none(self):
        self.assertEqual([], self.found())

    def test_what_the_back_end_lost(self):
        self.remove('groups/g/s', 'groups/g', 'snapshots/n/s', 'snapshots/n')
        self.assertEqual(3, len(self.found()))

    def test_a_share_that_a_snapshot_is_without(self):
        self.remove('snapshots/n/s')
        self.assertEqual(1, len(self.found()))

    def test_what_only_the_back_end_has(self):
        self.groups, self.shares, self.snapshots = [], [], []
        self.assertEqual(3, len(self.found()))

    def test_what_is_at_another_back_end(self):
        self.groups[0]['host'] = self.shares[0]['host'] = 'backend-2@one#one'
        self.assertEqual(3, len(self.found()))

    def test_what_has_no_place(self):
        self.shares = [share(host=None, status='error')]
        self.assertEqual(1, len(self.found()))
        self.assertEqual([], self.found(remembered=['s']))

    def test_a_snapshot_that_was_taken_for_a_backup(self):
        moment_id = payloads.moment_id('b')
        (self.path / 'snapshots' / moment_id).mkdir()
        self.assertEqual(1, len(self.found()))
        self.assertEqual([], self.found(remembered=[moment_id]))

    def test_errors_may_be_there_or_not(self):
        self.shares = [share(status='error_deleting')]
        self.assertEqual([], self.found())
        self.remove('groups/g/s')
        self.assertEqual([], self.found())

    def test_what_was_not_finished(self):
        (self.path / 'trash' / 'x').mkdir()
        self.assertEqual(['trash/x'], storage.look(self.path).rest)


class TestClaims(base.TestCase):
    def wrong(self, **pool):
        pool = {'name': POOL, 'share_groups': 1, 'claimed_gb': 2} | pool
        things = {
            ledger.GROUPS: {'g': group()},
            ledger.SHARES: {'s': share()},
        }
        return list(rows.wrong_claims(rows.Content(things, [pool], {})))

    def test_claims(self):
        self.assertEqual([], self.wrong())
        self.assertEqual(1, len(self.wrong(share_groups=0)))
        self.assertEqual(1, len(self.wrong(claimed_gb=5)))


class TestReport(base.TestCase):
    def test_all_is_told(self):
        kept = ledger.Ledger()
        kept.count('create a share', ledger.ACCEPTED)
        kept.count('create a share', ledger.UNKNOWN)
        self.assertEqual(1, kept.accepted)
        text = '\n'.join(
            report.lines(
                {('api', 'SIGKILL'): 3},
                {'message lost': 7},
                kept,
                [('202', 11, 0.25, 1.5, 3)],
                {('shares', ends.GONE): 13},
            )
        )
        for expected in (
            r'\| api +\| SIGKILL \| +3 \|',
            r'\| message lost +\| +7 \|',
            r'\| create a share \| accepted  \| +1 \|',
            r'\| 202 +\| +11 \| +0.25 s \| +1.50 s \| +3.00 s \|',
            r'\| shares \| gone \| +13 \|',
        ):
            self.assertRegex(text, expected)

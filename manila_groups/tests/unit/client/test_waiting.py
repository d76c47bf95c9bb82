# SPDX-License-Identifier: Apache-2.0
"""Waits until a verb has ended, and what is shown meanwhile."""

import io
import types

import fixtures

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import waiting
from manila_groups.tests import base
from manila_groups.tests.unit.client import command_case as case
from manila_groups.tests.unit.client import fake


def listed(status='running', progress=None, **values):
    one = {
        'resource_id': 'shop',
        'verb': 'create',
        'step': 'copy',
        'status': status,
        'progress': progress,
        'reason': None,
        **values,
    }
    return {'operations': [one]}


NOTHING = {'operations': []}
PATH = '/share-groups/shop/operations'


class Terminal(io.StringIO):
    def isatty(self):
        return True


class WaitingTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.waits = []
        self.useFixture(fixtures.MonkeyPatch('time.sleep', self.waits.append))
        self.useFixture(fixtures.EnvironmentVariable('TERM', 'xterm'))

    def wait(self, *answers, status='available', errors=None):
        """Wait for a creation.

        :returns: the group, and what is written to the standard error
        """
        group = types.SimpleNamespace(status=status)
        share = fake.Client(answers={PATH: [*answers]}, group=group)
        errors = errors or io.StringIO()
        with fixtures.MonkeyPatch('sys.stderr', errors):
            found = waiting.until_done(axis.Client(share), 'shop', 'create')
        self.assertIs(group, found)
        self.assertEqual(len(answers), len(share.asked))
        self.assertEqual(len(answers) - 1, len(self.waits))
        self.assertEqual(1, share.asked_for_versions)
        return errors.getvalue()

    def fails(self, *answers, **kwargs):
        error = self.assertRaises(
            waiting.Failed, self.wait, *answers, **kwargs
        )
        return str(error)

    def test_until_it_has_ended(self):
        self.wait(listed('waiting'), listed(), listed(), NOTHING)

    def test_what_is_in_the_group_may_go_on(self):
        self.wait(listed(), listed(resource_id='orders'))

    def test_the_version_that_tells_bytes(self):
        for newest, expected in (('1.6', '1.2'), ('1.7', '1.7')):
            axis_range = {**fake.AXIS, 'version': newest}
            share = fake.Client((axis_range,), {PATH: [NOTHING]})
            share.share_groups.get = lambda _id: types.SimpleNamespace(
                status='available'
            )
            waiting.until_done(axis.Client(share), 'shop', 'create')
            ((_method, _path, headers, _body),) = share.asked
            version = headers['OpenStack-API-Version'].split()[-1]
            self.assertEqual(expected, version)

    def test_a_copy_is_made_by_a_verb_of_its_own(self):
        self.wait(listed(verb='clone'), NOTHING)

    def test_the_reason_of_a_failure(self):
        failed = listed('failed', reason='No pool fits.')
        self.assertEqual(
            'Share group shop: create failed: No pool fits.',
            self.fails(listed(), failed),
        )

    def test_a_failure_of_which_the_reason_is_forgotten(self):
        found = self.fails(listed(), NOTHING, status='error')
        self.assertIn('its status is error', found)

    def revert(self, *messages):
        """Wait for a revert that has left the group as it was."""
        found = {'messages': [{'user_message': one} for one in messages]}
        group = types.SimpleNamespace(status='available')
        share = fake.Client(
            answers={
                PATH: [listed(verb='revert'), NOTHING],
                '/messages?request_id=req-1&resource_id=shop': [found],
            },
            group=group,
        )
        return waiting.until_done(
            axis.Client(share), 'shop', 'revert', 'req-1'
        )

    def test_a_failure_that_the_status_does_not_show(self):
        error = self.assertRaises(waiting.Failed, self.revert, 'Too full.')
        self.assertEqual(
            'Share group shop: revert failed: Too full.', str(error)
        )
        self.assertEqual('available', self.revert().status)

    def test_a_group_that_is_gone(self):
        self.assertIn('it is gone', self.fails(listed(), fake.Gone()))

    def test_other_errors_end_it(self):
        self.assertRaises(fake.Broken, self.wait, listed(), fake.Broken())

    def test_the_bar(self):
        shown = self.wait(
            listed(),
            listed(progress=42),
            listed(progress=50, done_bytes=1536, total_bytes=3072),
            listed(progress=77, step='[publish]'),
            listed(),
            NOTHING,
            errors=Terminal(),
        )
        for words in (
            *('create: copy', ' 42%', ' 50%', ' 1.5 KiB of 3 KiB'),
            *('create: [publish]', ' 77%'),
        ):
            self.assertIn(words, shown)

    def test_no_bar_without_progress(self):
        shown = self.wait(listed(), listed(), NOTHING, errors=Terminal())
        self.assertEqual('', shown)

    def test_no_bar_without_a_terminal(self):
        self.useFixture(fixtures.EnvironmentVariable('FORCE_COLOR', '1'))
        self.assertEqual('', self.wait(listed(progress=42), NOTHING))

    def test_the_bar_of_a_backup(self):
        creating = {'status': 'creating', 'total_bytes': 2048}
        answers = [
            case.one(status='creating', progress=None),
            case.one(**creating, progress='25', done_bytes=512),
            case.one(**creating, progress='100', done_bytes=2048),
            case.one(),
        ]
        share = fake.Client(
            answers={
                case.PATH: answers,
                case.MESSAGES + case.NOON: [{'messages': []}],
            }
        )
        errors = Terminal()
        with fixtures.MonkeyPatch('sys.stderr', errors):
            waiting.until_backed_up(
                axis.Client(share), case.NOON, 'create', fake.REQUEST_ID
            )
        shown = errors.getvalue()
        for words in ('create ', ' 25%', ' 512 B of 2 KiB', '100%'):
            self.assertIn(words, shown)
        self.assertEqual(3, len(self.waits))

    def test_how_far_a_backup_is(self):
        bytes_ = {'done_bytes': 5, 'total_bytes': 10, 'progress': '50'}
        for status, values, expected in (
            ('creating', bytes_, (50, '5 B of 10 B')),
            ('creating', {'progress': '0'}, (0, '')),
            ('restoring', {'restore_progress': '7'}, (7, '')),
            ('restoring', {**bytes_, 'restore_progress': None}, (None, '')),
            ('deleting', bytes_, (None, '')),
        ):
            found = case.backup(status=status, **values)
            self.assertEqual(expected, backups.progress(found))

    def test_a_backup_that_is_gone(self):
        share = fake.Client(
            answers={case.PATH: [case.one(status='creating'), fake.Gone()]}
        )
        error = self.assertRaises(
            waiting.Failed,
            waiting.until_backed_up,
            axis.Client(share),
            case.NOON,
            'create',
            fake.REQUEST_ID,
        )
        self.assertIn('create failed: it is gone.', str(error))

# SPDX-License-Identifier: Apache-2.0
"""A half-registered verb cannot start a program."""

import dataclasses

import fixtures

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import backup_runs
from manila_groups.backend import runs
from manila_groups.domain.operations import registry
from manila_groups.domain.operations import standard
from manila_groups.domain.operations import verb as verbs
from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain.operations import trial


def _runs():
    """The runs of a back end, which does nothing here."""
    return runs.of(None, backup_runs.Backups(None, None, 1))


def changed(number=0, **values):
    """The trial verb with other values of one of its steps."""
    steps = list(trial.VERB.steps)
    steps[number] = dataclasses.replace(steps[number], **values)
    return dataclasses.replace(trial.VERB, steps=tuple(steps))


class TestRegistry(base.TestCase):
    def assertRefused(self, verb, *words):
        self.assertNoRegistry([*standard.VERBS, verb], *words)

    def assertNoRegistry(self, known, *words):
        error = self.assertRaises(
            exception.ConfigurationError, registry.Registry, known
        )
        for word in words:
            self.assertIn(word, error.message)

    def test_a_whole_verb(self):
        made = registry.Registry([*standard.VERBS, trial.VERB])
        self.assertIs(trial.VERB, made.verb(states.SHARE_GROUP, 'promote'))

    def test_the_same_name_twice(self):
        verb = dataclasses.replace(trial.VERB, during=('demoting',))
        self.assertNoRegistry(
            [*standard.VERBS, trial.VERB, verb],
            'share_group.promote is registered 2 times',
        )

    def test_the_same_name_for_two_kinds(self):
        names = [one.name for one in standard.VERBS]
        self.assertLess(len(set(names)), len(names))

    def test_a_status_with_two_verbs(self):
        self.assertRefused(
            dataclasses.replace(trial.VERB, during=(states.DELETING,)),
            '2 verbs have the status deleting of the kind share_group',
        )

    def test_verbs_with_the_same_statuses(self):
        first = dataclasses.replace(
            trial.VERB, beside=('demote',), is_own=(True,)
        )
        other = dataclasses.replace(first, name='demote', beside=('promote',))
        made = registry.Registry([*standard.VERBS, first, other])
        self.assertIs(other, made.verb(states.SHARE_GROUP, 'demote'))
        self.assertRefused(first, 'share_group.promote is beside demote')
        third = dataclasses.replace(first, name='turn')
        self.assertNoRegistry(
            [*standard.VERBS, first, other, third],
            '3 verbs have the status promoting of the kind share_group',
        )
        vague = dataclasses.replace(other, is_own=())
        self.assertNoRegistry(
            [*standard.VERBS, first, vague],
            'does not tell which rows are its own',
        )

    def test_a_status_of_what_is_in_a_resource_with_two_verbs(self):
        self.assertRefused(
            dataclasses.replace(
                trial.VERB, along={states.SHARE: (states.EXTENDING,)}
            ),
            '2 verbs have the status extending of the kind share',
        )

    def test_a_status_without_a_verb(self):
        for verb in standard.VERBS:
            others = [one for one in standard.VERBS if one is not verb]
            for status in verb.during:
                expected = (
                    f'is beside {verb.name}, which is gone'
                    if verb.beside
                    else f'0 verbs have the status {status} of the kind '
                    f'{verb.kind}'
                )
                self.assertNoRegistry(others, expected)

    def test_a_status_in_which_nothing_is_at_work(self):
        self.assertRefused(
            dataclasses.replace(trial.VERB, during=(states.AVAILABLE,)),
            'in the status available nothing is at work on a share_group',
        )

    def test_no_steps(self):
        verb = dataclasses.replace(trial.VERB, steps=())
        self.assertRefused(verb, 'share_group.promote has no steps')

    def test_two_steps_of_one_name(self):
        self.assertRefused(changed(name='switch'), 'two steps of one name')

    def test_a_missing_part(self):
        for part in ('load', 'done', 'failed'):
            self.assertRefused(
                changed(**{part: None}),
                f'share_group.promote: the step choose has no {part}',
            )

    def test_a_part_that_cannot_be_called(self):
        for part in ('begin', 'overdue'):
            self.assertRefused(
                changed(**{part: 'x'}),
                f'the step choose has a {part} that cannot be called',
            )

    def test_an_unknown_place(self):
        self.assertRefused(
            changed(at='moon'), "the step choose has an unknown place, 'moon'"
        )

    def test_a_step_without_a_deadline(self):
        self.assertRefused(
            changed(overdue=None), 'the step choose is never overdue'
        )

    def test_half_an_end_without_the_back_end(self):
        for gone in (
            verbs.Away.DOWN,
            verbs.Gone(verbs.Away.DOWN, None),
            verbs.Gone('down', trial.VERB.steps[1].failed),
        ):
            self.assertRefused(
                changed(1, gone=gone),
                'the step prepare has no end for when its back end is gone',
            )

    def test_schedulers_are_no_back_end(self):
        self.assertRefused(
            changed(gone=trial.VERB.steps[1].gone),
            'the step choose has no end for when its back end is gone',
        )

    def test_nothing_that_shows_that_it_is_open(self):
        verb = dataclasses.replace(trial.VERB, during=())
        self.assertRefused(verb, 'nothing shows that it is open')

    def test_nothing_that_locates_its_step(self):
        verb = dataclasses.replace(trial.VERB, locate=None)
        self.assertRefused(verb, 'share_group.promote has no locate')

    def test_no_resource(self):
        verb = dataclasses.replace(trial.VERB, resource='share_group')
        self.assertRefused(verb, 'has no resource with statuses')

    def test_a_name_that_no_row_can_have(self):
        name = 'x' * 33
        for verb in (
            dataclasses.replace(trial.VERB, name=name),
            dataclasses.replace(trial.VERB, name=''),
            changed(name=name),
        ):
            self.assertRefused(verb, 'cannot be stored as a name')

    def test_all_problems_at_once(self):
        self.assertRefused(
            changed(load=None, done=None), 'has no load', 'has no done'
        )


class TestRuns(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess())

    def start(self, known, own_runs):
        self.useFixture(
            fixtures.MonkeyPatch(
                'manila_groups.backend.runs.of', lambda *_args: own_runs
            )
        )
        self.service.registry = registry.Registry(known)
        self.service.start_backend('alpha')

    def assertNotStarted(self, known, own_runs, text):
        error = self.assertRaises(
            exception.ConfigurationError, self.start, known, own_runs
        )
        self.assertIn(text, error.message)

    def test_a_missing_run(self):
        own = {**_runs(), **trial.Known().runs(None)}
        del own['share_group', 'promote', 'switch']
        self.assertNotStarted(
            [*standard.VERBS, trial.VERB],
            own,
            'share_group.promote.switch has no run',
        )

    def test_a_run_of_no_step(self):
        self.assertNotStarted(
            standard.VERBS,
            {**_runs(), **trial.Known().runs(None)},
            'share_group.promote.prepare has a run, and no verb has the step',
        )

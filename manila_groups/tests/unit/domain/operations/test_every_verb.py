# SPDX-License-Identifier: Apache-2.0
"""What the engine promises holds for every verb, whatever happens to it.

The verbs come from the registry; a new one is tested without a line here.
That is shown by the trial verb, which has two steps at its back end.
"""

import itertools

from manila_groups import exception
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import standard
from manila_groups.domain.operations import verb as verbs
from manila_groups.tests import base
from manila_groups.tests.unit.domain.operations import mortals
from manila_groups.tests.unit.domain.operations import nouns
from manila_groups.tests.unit.domain.operations import plays
from manila_groups.tests.unit.domain.operations import trial

_TRANSIENT = exception.TransientDriverError
_FINAL = exception.DriverError


def for_every_verb(case):
    """Make a test of each method check_... and each verb."""
    checks = [one for one in dir(case) if one.startswith('check_')]
    known = [*standard.VERBS, trial.VERB]
    for name, verb in itertools.product(checks, known):
        test = _test(getattr(case, name), verb)
        test.__name__ = f'test_{verb.kind}_{verb.name}_{name[6:]}'
        setattr(case, test.__name__, test)
    return case


def _test(check, verb):
    def test(self):
        check(self, verb)

    return test


#: What becomes of each play of a verb when nothing happens to it.
_OUTCOMES: dict[tuple[bool, str, str], list] = {}


class EveryVerb(base.TestCase):
    #: Whether all ways to make a resource but the first one are tried, or
    #: only that.
    further = False

    def plays(self, verb):
        """Begin a verb, one time after the other, in each way that there is.

        A play must end before the next one begins: it moves the clock.
        """
        count = 0
        ways = nouns.ways_of(verb)
        for way in ways[1:] if self.further else ways[:1]:
            play = plays.Play(self, verb, way)
            if play.is_open:
                count += 1
                yield play
        self.assertLess(0, count, 'nothing begins it')

    def plays_at(self, verb, at=None):
        """Begin a verb, and let it wait for each of its steps.

        :param at: only those of a place
        :returns: pairs of a play and a step
        """
        for step in verb.steps:
            if at in (None, step.at):
                count = 0
                for play in self.plays(verb):
                    if play.to(step):
                        count += 1
                        yield play, step
                self.assertLess(0, count, f'nothing leads to {step.name}')

    def assertKept(self, play, **options):
        play.assertPromises(self, **options)

    def outcomes(self, verb):
        """What becomes of each play when nothing happens to it."""
        key = self.further, verb.kind, verb.name
        if key not in _OUTCOMES:
            found = []
            for play in self.plays(verb):
                play.service.deliver_all()
                found.append((play.outcome(), play.calls()))
            _OUTCOMES[key] = found
        return [outcome for outcome, _calls in _OUTCOMES[key]]

    def calls(self, verb):
        """What each play calls on storage when nothing happens to it."""
        self.outcomes(verb)
        return [
            calls
            for _outcome, calls in _OUTCOMES[
                self.further, verb.kind, verb.name
            ]
        ]

    def may_go(self, verb):
        """Tell whether a verb deletes when nothing happens to it."""
        return None in self.outcomes(verb)


@for_every_verb
class TestMessages(EveryVerb):
    def check_undisturbed(self, verb):
        may_go = self.may_go(verb)
        for play in self.plays(verb):
            play.service.deliver_all()
            self.assertFalse(play.is_in_error(), play.outcome())
            self.assertEqual([], play.messages())
            self.assertKept(play, may_go=may_go)

    def check_wake_up_lost(self, verb):
        expected = self.outcomes(verb)
        for step in verb.steps:
            ends = []
            for play in self.plays(verb):
                play.to(step)
                play.settle()
                ends.append(play.outcome())
                self.assertKept(play, may_go=None in expected)
            self.assertEqual(expected, ends)

    def check_wake_up_doubled_and_late(self, verb):
        expected = self.outcomes(verb)
        ends, calls = [], []
        for play in self.plays(verb):
            self.deliver_twice(play.service)
            ends.append(play.outcome())
            calls.append(play.calls())
            self.assertKept(play, may_go=None in expected)
        self.assertEqual(expected, ends)
        self.assertEqual(self.calls(verb), calls)

    def deliver_twice(self, service):
        late = []
        while service.messages:
            late.append(service.messages[0])
            service.messages.insert(0, service.messages[0])
            service.deliver()
            service.deliver()
        service.messages.extend(late)
        service.deliver_all()


class Killed(EveryVerb):
    """Each commit of each verb: the long tests make tests of it."""

    def check_killed_before_and_after_each_commit(self, verb):
        expected = self.outcomes(verb)
        for number in itertools.count(1):
            ends, killed = [], False
            for play in self.plays(verb):
                killed |= self.kill(play, number)
                play.settle()
                self.assertKept(play, may_go=None in expected)
                ends.append(play.outcome())
            self.assertEqual(expected, ends, f'killed at {number}')
            if not killed:
                break
        # Each step has at least one claim and one record.
        self.assertLess(4 * len(verb.steps), number)

    def kill(self, play, number):
        """Kill a process at one of its commits; all are replaced."""
        fate = mortals.Fate()
        play.restart(fate)
        fate.left = number
        try:
            self.run_all(play)
        except mortals.Killed:
            self.replace(play)
            return True
        fate.left = None
        return False

    def run_all(self, play):
        play.service.scheduler.runner.run_all()
        for backend in play.service.backends.values():
            backend.runner.run_all()
        play.service.deliver_all()

    def replace(self, play):
        """What a dead process has claimed is its own until the lease ends."""
        play.restart()
        before = play.operation()
        play.service.reconcile()
        if before is not None and before.worker is not None:
            self.assertEqual(before, play.operation())


@for_every_verb
class TestAway(EveryVerb):
    def check_back_end_down_and_back(self, verb):
        expected = self.outcomes(verb)
        for play, step in self.plays_at(verb, verbs.Place.BACKEND):
            name = self.leave(play)
            ends = step.gone and step.gone.when is verbs.Away.DOWN
            self.assertEnded(play, step, ends)
            play.start(name)
            play.settle()
            self.assertKept(play, may_go=None in expected)
            if not ends:
                self.assertIn(play.outcome(), expected)

    def check_back_end_removed_and_back(self, verb):
        may_go = self.may_go(verb)
        for play, step in self.plays_at(verb, verbs.Place.BACKEND):
            name = self.leave(play, remove=True)
            self.assertEnded(play, step, step.gone is not None)
            play.start(name)
            play.settle()
            self.assertKept(play, may_go=may_go)

    def leave(self, play, remove=False):
        name = play.backend()
        play.service.stop_backend(name)
        if remove:
            play.service.remove_service(name)
        play.settle()
        return name

    def assertEnded(self, play, step, is_ended):
        """Without its back end, a step ends or waits, as it says."""
        self.assertEqual(not is_ended, play.step() == step)
        if is_ended:
            self.assertFalse(play.is_busy())

    def check_back_end_removed_for_ever(self, verb):
        for play, step in self.plays_at(verb, verbs.Place.BACKEND):
            self.leave(play, remove=True)
            play.pass_deadline()
            play.settle()
            self.assertEqual(step.overdue is None, play.step() == step)
            self.assertFalse(play.is_busy())
            play.service.check(self)


@for_every_verb
class TestOverdue(EveryVerb):
    def check_overdue_before_it_is_taken_up(self, verb):
        may_go = self.may_go(verb)
        for play, step in self.plays_at(verb):
            play.pass_deadline()
            self.assertGivenUp(play, step)
            play.mend()
            self.assertKept(play, may_go=may_go)

    def check_overdue_while_it_is_at_work(self, verb):
        may_go = self.may_go(verb)
        for play, step in self.plays_at(verb):
            record = play.take_up()
            play.pass_deadline()
            self.assertGivenUp(play, step)
            before = play.outcome()
            record()
            if step.overdue is not None:
                self.assertEqual(before, play.outcome())
            play.mend()
            self.assertKept(play, may_go=may_go)

    def assertGivenUp(self, play, step):
        if step.overdue is None:
            self.assertEqual(step, play.step())
            return
        self.assertIsNone(play.operation())
        self.assertFalse(play.is_busy())
        self.assertIn(messages.TIMED_OUT, play.messages())
        # Users see that it has failed, or that nothing has happened.
        is_told = play.is_in_error() or play.is_unchanged()
        self.assertTrue(is_told, play.outcome())


@for_every_verb
class TestForced(EveryVerb):
    """The resource is deleted by force while a verb is at work on it.

    A status that users do not know is not deleted by force.
    """

    def plays(self, verb):
        return (one for one in super().plays(verb) if one.can_be_forced())

    def plays_at(self, verb, at=None):
        for step in verb.steps:
            if at in (None, step.at):
                for play in self.plays(verb):
                    if play.to(step):
                        yield play, step

    def check_forced_before_it_is_taken_up(self, verb):
        for play, _step in self.plays_at(verb):
            self.force(play)
            self.assertGone(play)

    def check_forced_while_it_is_at_work(self, verb):
        for play, _step in self.plays_at(verb):
            record = play.take_up()
            self.force(play)
            record()
            self.assertGone(play)

    def check_forced_while_storage_fails(self, verb):
        for error in (_TRANSIENT, _FINAL):
            for play, _step in self.plays_at(verb):
                play.fail(error, None)
                self.force(play)
                play.service.deliver_all()
                self.assertIsNone(play.row())
                self.assertGone(play)

    def check_forced_while_its_back_end_is_gone(self, verb):
        for play, _step in self.plays_at(verb, verbs.Place.BACKEND):
            play.service.stop_backend(play.backend())
            play.service.pass_time(play.service.conf.service.down_time + 1)
            self.force(play)
            # Another back end may do it.
            play.service.deliver_all()
            self.assertIsNone(play.row())
            self.assertGone(play)

    def force(self, play):
        if play.row() is not None:
            play.force_delete()

    def assertGone(self, play):
        play.mend()
        self.assertIsNone(play.row())
        self.assertKept(play, may_go=True)


@for_every_verb
class TestFailing(EveryVerb):
    def check_failing_once(self, verb):
        expected = self.outcomes(verb)
        ends = []
        for play in self.plays(verb):
            play.fail(_TRANSIENT, 1)
            play.service.deliver_all()
            play.settle()
            self.assertEqual([], play.messages())
            ends.append(play.outcome())
            self.assertKept(play, may_go=None in expected)
        self.assertEqual(expected, ends)

    def check_failing_once_for_good(self, verb):
        expected = self.outcomes(verb)
        for play in self.plays(verb):
            play.fail(_FINAL, 1)
            play.service.deliver_all()
            play.settle()
            self.assertTrue(play.is_in_error() or play.outcome() in expected)
            self.assertKept(play, may_go=None in expected)

    def check_failing_for_ever(self, verb):
        may_go = self.may_go(verb)
        for play in self.plays(verb):
            play.fail(_TRANSIENT, None)
            play.service.deliver_all()
            play.settle()
            found = play.operation()
            self.assertIn('on purpose', found.reason)
            self.assertEqual([], play.messages())
            play.pass_deadline()
            self.assertFalse(play.is_busy())
            play.mend()
            self.assertKept(play, may_go=may_go)

    def check_failing_for_ever_for_good(self, verb):
        may_go = self.may_go(verb)
        for play in self.plays(verb):
            play.fail(_FINAL, None)
            play.service.deliver_all()
            play.settle()
            self.assertFalse(play.is_busy())
            if play.row() is not None:
                self.assertTrue(play.is_in_error(), play.outcome())
            play.mend()
            self.assertKept(play, may_go=may_go)


class TestKinds(base.TestCase):
    def test_every_kind_has_its_line(self):
        kinds = {one.kind for one in standard.VERBS}
        self.assertEqual(kinds, set(nouns.NOUNS))

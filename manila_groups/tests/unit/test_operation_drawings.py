# SPDX-License-Identifier: Apache-2.0
"""The drawings of verbs, and what they say of how operations end."""

import pathlib
import re

import fixtures

from manila_groups import states
from manila_groups.domain.operations import registry
from manila_groups.domain.operations import standard
from manila_groups.tests import base
from manila_groups.tests.unit.domain.operations import trial

_DOC = pathlib.Path(__file__).parents[3] / 'doc'


class DrawingCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.PythonPathEntry(str(_DOC / 'ext')))
        import operation_drawing
        import verb_ends

        self.drawing, self.ends = operation_drawing, verb_ends
        self.registry = standard.build()

    def each_end(self, verb):
        """Give the step, the name and the ends of each function of a verb."""
        for step in verb.steps:
            for name, function in self.ends.functions(step).items():
                yield step, name, self.ends.of(function)


class TestEnds(DrawingCase):
    def test_every_end_leads_somewhere(self):
        for verb in self.registry.verbs:
            for step, name, ends in self.each_end(verb):
                is_known = (
                    self.ends.ending(verb, ends)
                    or ends.deletes
                    or ends.steps
                    or ends.puts_off
                    or ends.notes
                    or (not verb.during and name == 'done')
                )
                self.assertTrue(is_known, (verb.name, step.name, name))

    def test_steps_and_verbs_that_follow_are_registered(self):
        names = {(one.kind, one.name) for one in self.registry.verbs}
        for verb in self.registry.verbs:
            for _step, _name, ends in self.each_end(verb):
                for step in ends.steps:
                    self.assertIsNotNone(verb.step(step), step)
                for begun in ends.begins:
                    self.assertIn((verb.kind, begun), names)

    def test_every_transition_out_of_work_is_made_by_a_verb(self):
        for machine in self.ends.MACHINES.values():
            for name, one in vars(machine).items():
                if not isinstance(one, states.Transition):
                    continue
                found = [
                    *self.ends.makers(self.registry, one),
                    *self.ends.begun_by(self.registry, one),
                ]
                is_request = one.becomes == states.QUEUED_TO_DENY
                self.assertNotEqual(is_request, bool(found), name)

    def test_a_creation_goes_on_in_another_pool(self):
        verb = self.registry.verb(states.SHARE_GROUP, 'create')
        ends = self.ends.of(verb.step('create').failed)
        self.assertEqual(['place'], ends.steps)
        self.assertEqual(['clean_up'], ends.begins)
        ending = self.ends.ending(verb, ends)
        self.assertEqual(
            [('CREATE_FAILED', states.ShareGroup.CREATE_FAILED)], ending
        )

    def test_a_deletion_deletes(self):
        verb = self.registry.verb(states.SHARE, 'delete')
        ends = self.ends.of(verb.step('delete').done)
        self.assertTrue(ends.deletes)
        self.assertEqual([], self.ends.ending(verb, ends))

    def test_rules_are_applied_or_gone_or_wait_again(self):
        verb = self.registry.verb(states.SHARE_ACCESS, 'apply_rules')
        ends = self.ends.of(verb.step('apply_rules').done)
        names = [name for name, _one in self.ends.ending(verb, ends)]
        self.assertEqual(['APPLIED'], names)
        self.assertTrue(ends.deletes)
        self.assertEqual(['apply_rules'], ends.steps)


class TestDrawings(DrawingCase):
    def test_every_verb_is_drawn_with_its_steps(self):
        for verb in self.registry.verbs:
            text = _texts(self.drawing.draw(verb))
            self.assertIn(verb.name, text)
            for wanted in (
                *verb.during,
                *(step.name for step in verb.steps),
                *(step.at.value for step in verb.steps),
                'failed',
                'overdue',
            ):
                self.assertIn(wanted, text)

    def test_a_new_verb_needs_no_line_here(self):
        known = registry.Registry((*standard.VERBS, trial.VERB))
        text = _texts(self.drawing.draw(known.verbs[-1]))
        for step in trial.VERB.steps:
            self.assertIn(step.name, text)

    def test_the_page_has_the_drawings(self):
        page = _DOC / 'source' / 'contributor' / 'architecture.rst'
        self.assertIn('\n.. operation-lives::\n', page.read_text())


def _texts(svg):
    """The words in a drawing."""
    return ' '.join(re.findall(r'<text [^>]*>([^<]*)</text>', svg))

# SPDX-License-Identifier: Apache-2.0
"""A service whose events a test looks at."""

from manila_groups.domain.events import base as events
from manila_groups.tests import base
from manila_groups.tests import inprocess

OVERRIDES = {
    'DEFAULT': {'enabled_backends': ['beta']},
    'scheduler': {'max_attempts': 1},
}


class EventsCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(OVERRIDES))
        self.caller, self.admin = self.service.caller, self.service.admin
        self.service.events.clear()

    def heard(self):
        """The types of the events since the last question."""
        for event in self.service.events:
            self.assertIn(event.verb, events.NOUNS[event.noun].verbs)
            self.assertLessEqual(
                set(event.details), set(events.NOUNS[event.noun].details)
            )
        types = [event.type for event in self.service.events]
        self.last = self.service.events[-1:]
        self.service.events.clear()
        return types

    def settled(self):
        """The types of the events until nothing waits any more."""
        self.service.deliver_all()
        return self.heard()

    def failing(self, *methods):
        """Let methods of the driver fail from now on; none of the others."""
        failures = dict.fromkeys(methods, 1.0)
        self.service.conf.set_override('fake_failures', failures, 'beta')

    def available_group(self, sizes=()):
        group_id = self.service.create()
        self.service.deliver_all()
        found = [
            self.service.create_share(size, share_group_id=group_id)
            for size in sizes
        ]
        self.service.deliver_all()
        self.heard()
        return group_id, *found

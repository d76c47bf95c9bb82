# SPDX-License-Identifier: Apache-2.0
"""Random requests and crashes, against a model of the contract."""

import os
import sys

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from manila_groups.tests import base
from manila_groups.tests.long import contract_backups as backups_of_groups
from manila_groups.tests.long import contract_machine as machine
from manila_groups.tests.long import contract_requests as requests
from manila_groups.tests.long import contract_service

#: How many steps there are, and what their choice begins with.
STEPS = int(os.environ.get('MANILA_GROUPS_TEST_STEPS') or 700)
SEED = int(os.environ.get('MANILA_GROUPS_TEST_SEED') or 0)
STEPS_OF_A_RUN = 80

backends = st.sampled_from(sorted(machine.ZONES))
moments = st.sampled_from(['before', 'after'])


class Contract(backups_of_groups.Backups):
    """What happens to messages and processes beside the requests."""

    # Which steps can be chosen must not depend on the service: where they
    # make no sense, they do nothing.

    @stateful.rule(number=requests.numbers, twice=st.booleans())
    def deliver(self, number, twice):
        waiting = self.service.messages
        if not waiting:
            return
        number %= len(waiting)
        if twice:
            waiting.append(waiting[number])
        self.happen(self.service.deliver, number)

    @stateful.rule()
    def deliver_all(self):
        self.happen(self.service.deliver_all)

    @stateful.rule(number=requests.numbers)
    def lose(self, number):
        waiting = self.service.messages
        if waiting:
            self.happen(waiting.pop, number % len(waiting))

    @stateful.rule(number=st.integers(1, 3), when=moments)
    def kill_at_a_commit(self, number, when):
        """Whoever is at work in the next step."""
        self.service.commits.kill_at(number, when)

    @stateful.rule(name=backends, when=moments)
    def kill_in_the_driver(self, name, when):
        self.service.storages[name].kill = when

    @stateful.rule(name=backends)
    def stop_or_start(self, name):
        is_up = self.service.is_up(name)
        change = self.service.stop_backend if is_up else self.service.start
        self.service.commits.spare()
        self.happen(change, name)

    @stateful.rule(
        name=backends, method=st.sampled_from(contract_service.METHODS)
    )
    def break_or_mend(self, name, method):
        broken = self.service.storages[name].broken
        if broken:
            broken.clear()
        else:
            broken.add(method)

    @stateful.rule(seconds=st.sampled_from([7, 31, 61, 61, 601]))
    def pass_time(self, seconds):
        self.service.commits.spare()
        self.happen(self.service.pass_time, seconds)

    @stateful.rule()
    def reconcile(self):
        if self.waits():
            self.happen(self.service.reconcile)

    @stateful.rule()
    def come_to_rest(self):
        """Everything works again, and what was begun comes to its end."""
        if self.waits():
            self.settle()


class TestContract(base.TestCase):
    """No difference in as many steps as are asked for."""

    def test_no_difference(self):
        Contract.steps, seed = 0, SEED
        try:
            while (left := STEPS - Contract.steps) > 0:
                self._run(seed, -(-left // STEPS_OF_A_RUN))
                seed += 1
        finally:
            sys.stderr.write(f'{Contract.steps} steps, seed {seed}\n')

    def _run(self, seed, runs):
        settings = hypothesis.settings(
            deadline=None,
            database=None,
            max_examples=runs,
            stateful_step_count=STEPS_OF_A_RUN,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        stateful.run_state_machine_as_test(
            hypothesis.seed(seed)(Contract), settings=settings
        )

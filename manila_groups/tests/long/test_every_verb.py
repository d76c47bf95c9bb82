# SPDX-License-Identifier: Apache-2.0
"""What every verb promises, for each further way to make its resource."""

from manila_groups.domain.operations import standard
from manila_groups.tests.unit.domain.operations import nouns
from manila_groups.tests.unit.domain.operations import test_every_verb as some
from manila_groups.tests.unit.domain.operations import trial


def further(case):
    """Leave the first way to the quick tests, and verbs that have no other."""
    case.further = True
    for verb in (*standard.VERBS, trial.VERB):
        if len(nouns.ways_of(verb)) == 1:
            for name in dir(case):
                if name.startswith(f'test_{verb.kind}_{verb.name}_'):
                    setattr(case, name, None)
    return case


@further
class TestMessages(some.TestMessages):
    pass


@some.for_every_verb
class TestKilled(some.Killed):
    pass


@further
class TestKilledFurther(TestKilled):
    pass


@further
class TestAway(some.TestAway):
    pass


@further
class TestOverdue(some.TestOverdue):
    pass


@further
class TestForced(some.TestForced):
    pass


@further
class TestFailing(some.TestFailing):
    pass

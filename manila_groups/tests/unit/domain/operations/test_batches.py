# SPDX-License-Identifier: Apache-2.0
"""The number of statements does not grow with a batch, whatever the verb.

The figures themselves, on each database, are in test_statements.
"""

import contextlib

import sqlalchemy as sa

from manila_groups.domain.operations import standard
from manila_groups.domain.share_group_backups import create
from manila_groups.tests import base
from manila_groups.tests.unit.domain.operations import nouns
from manila_groups.tests.unit.domain.operations import plays

FEW, MANY = 1, 50
#: How many statements more a batch may need.
MORE = 2
#: One pool: each further one of a batch costs the same few statements.
ONE_POOL = {
    'DEFAULT': {'enabled_backends': ['alpha']},
    'alpha': {'fake_pools': [{'name': 'one', 'total_capacity_gb': 1000}]},
    'quota': {
        'share_groups': -1,
        'shares': -1,
        'gigabytes': -1,
        'snapshots': -1,
        'snapshot_gigabytes': -1,
        'share_group_snapshots': -1,
        'share_group_backups': -1,
        'backups': -1,
        'backup_gigabytes': -1,
    },
}


@contextlib.contextmanager
def counted(engine):
    """Count statements, each as often as it goes to the database."""
    seen = []

    def count(_conn, _cursor, statement, parameters, _context, executemany):
        # Drivers send a long INSERT as one.
        is_many = executemany and not statement.startswith('INSERT')
        seen.extend([statement] * (len(parameters) if is_many else 1))

    sa.event.listen(engine, 'before_cursor_execute', count)
    try:
        yield seen
    finally:
        sa.event.remove(engine, 'before_cursor_execute', count)


class TestBatches(base.TestCase):
    def setUp(self):
        super().setUp()
        # They are a project's first backups, of which one goes before others.
        self.patch(create, '_waits_for', lambda _backup, _first: None)

    def count(self, verb, number):
        """Count the statements of each step's claim, and of its record.

        :returns: the name of the step and of the part to the statements
        """
        play = plays.Play(
            self,
            verb,
            nouns.ways_of(verb)[0],
            number,
            ONE_POOL,
        )
        self.assertEqual(number, len(play.operations()))
        found = {}
        engine = play.service.db.engine
        while (step := play.step()) is not None:
            with counted(engine) as claimed:
                record = play.take_up()
            with counted(engine) as recorded:
                record()
            found[step.name, 'claim'] = claimed
            found[step.name, 'record'] = recorded
        self.assertEqual([], play.operations())
        play.service.check(self)
        return found


def _test(verb):
    def test(self):
        few, many = self.count(verb, FEW), self.count(verb, MANY)
        self.assertEqual(set(few), set(many))
        for part, statements in few.items():
            self.assertLessEqual(
                len(many[part]),
                len(statements) + MORE,
                (part, statements, many[part]),
            )

    return test


for _verb in standard.VERBS:
    setattr(TestBatches, f'test_{_verb.kind}_{_verb.name}', _test(_verb))

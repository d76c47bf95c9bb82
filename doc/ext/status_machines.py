# SPDX-License-Identifier: Apache-2.0
"""A Sphinx directive that prints a status machine."""

import operator

from docutils import statemachine
from docutils.parsers.rst.directives import tables
import verb_ends

from manila_groups import states
from manila_groups.domain.operations import standard


class StatusMachine(tables.ListTable):
    """Prints transitions of ``manila_groups.states`` as a table.

    Each line of the content names one and says when it is made; the table
    adds the statuses before and after it, and the verb that makes it.
    """

    has_content = True

    def run(self):
        """Make the table."""
        self.options |= {'header-rows': 1, 'widths': [16, 30, 20, 17, 17]}
        lines = ['* - Transition', '  - When', '  - From', '  - To']
        lines.append('  - Verb')
        registry = standard.build()
        for line in self.content:
            name, _, when = line.partition(': ')
            lines += _row(registry, name, when)
        self.content = statemachine.StringList(lines, source=states.__file__)
        return super().run()


def _row(registry, name, when):
    transition = operator.attrgetter(name)(states)
    return [
        f'* - ``{name.rpartition(".")[2]}``',
        f'  - {when}',
        f'  - {_expected(transition)}',
        f'  - ``{transition.becomes}``',
        f'  - {"; ".join(_verbs(registry, name, transition)) or "a request"}',
    ]


def _expected(transition):
    if transition.expected in states.STATUSES.values():
        return 'any status'
    return ', '.join(f'``{status}``' for status in transition.expected)


def _verbs(registry, name, transition):
    """Say which verb begins with a transition, or makes it in its steps."""
    for verb in verb_ends.begun_by(registry, transition):
        yield f'begins ``{verb.name}``'
    for verb, functions in verb_ends.makers(registry, transition):
        is_own = name.startswith(verb_ends.MACHINES[verb.kind].__name__ + '.')
        of = '' if is_own else f' of the {states.noun(verb.kind)}'
        yield f'``{verb.name}``{of}: {", ".join(functions)}'


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive('status-machine', StatusMachine)
    return {'parallel_read_safe': True}

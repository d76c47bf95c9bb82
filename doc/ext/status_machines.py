# SPDX-License-Identifier: Apache-2.0
"""A Sphinx directive that prints a status machine."""

import operator

from docutils import statemachine
from docutils.parsers.rst.directives import tables

from manila_groups import states


class StatusMachine(tables.ListTable):
    """Prints transitions of ``manila_groups.states`` as a table.

    Each line of the content names one and says when it is made; the table
    adds the statuses before and after it.
    """

    has_content = True

    def run(self):
        """Make the table."""
        self.options |= {'header-rows': 1, 'widths': [22, 32, 22, 24]}
        lines = ['* - Transition', '  - When', '  - From', '  - To']
        for line in self.content:
            name, _, when = line.partition(': ')
            lines += _row(name, when)
        self.content = statemachine.StringList(lines, source=states.__file__)
        return super().run()


def _row(name, when):
    transition = operator.attrgetter(name)(states)
    expected = ', '.join(f'``{status}``' for status in transition.expected)
    return [
        f'* - ``{name}``',
        f'  - {when}',
        f'  - {expected}',
        f'  - ``{transition.becomes}``',
    ]


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive('status-machine', StatusMachine)
    return {'parallel_read_safe': True}

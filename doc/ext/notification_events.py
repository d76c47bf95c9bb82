# SPDX-License-Identifier: Apache-2.0
"""A Sphinx directive that prints the events that notifications tell of."""

from docutils import statemachine
from docutils.parsers.rst.directives import tables

from manila_groups.domain.events import base as events


class NotificationEvents(tables.ListTable):
    """Prints ``manila_groups.domain.events.base.NOUNS`` as a table."""

    has_content = False

    def run(self):
        """Make the table."""
        self.options |= {'header-rows': 1, 'widths': [40, 60]}
        lines = ['* - Events', '  - Fields of the payload']
        for name, noun in sorted(events.NOUNS.items()):
            types = [f'{name}.{verb}' for verb in noun.verbs]
            fields = (*noun.fields, *noun.computed, *noun.details)
            lines += ['* - ' + _lines(types), '  - ' + _list(fields)]
        self.content = statemachine.StringList(
            '\n'.join(lines).splitlines(), source=events.__file__
        )
        return super().run()


def _lines(names):
    return '\n    '.join(f'| ``{name}``' for name in names)


def _list(names):
    return ', '.join(f'``{name}``' for name in (*names, 'occurred_at'))


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive('notification-events', NotificationEvents)
    return {'parallel_read_safe': True}

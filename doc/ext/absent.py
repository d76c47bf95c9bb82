# SPDX-License-Identifier: Apache-2.0
"""A Sphinx directive that prints what Manila has and this service lacks."""

from docutils import statemachine
from docutils.parsers.rst.directives import tables

from manila_groups.api import absent


class Absent(tables.ListTable):
    """Prints the tables of ``manila_groups.api.absent`` as one."""

    has_content = False

    def run(self):
        """Make the table."""
        self.options |= {'header-rows': 1, 'widths': [34, 33, 33]}
        rows = [('What', 'Path or action', 'Commands'), *_paths(), *_actions()]
        self.content = statemachine.StringList(
            [
                f'{bullet} {cell}'.rstrip()
                for row in rows
                for bullet, cell in zip(
                    ('* -', '  -', '  -'), row, strict=True
                )
            ],
            source=absent.__file__,
        )
        return super().run()


def _paths():
    for one in absent.PATHS:
        yield f'no {one.noun}', f'``{one.path}``', _commands(one)


def _actions():
    for name, one in absent.ACTIONS.items():
        yield f'cannot {one.meaning}', f'``{name}``', _commands(one)


def _commands(one):
    return ', '.join(f'``share {command}``' for command in one.commands)


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive('absent', Absent)
    return {'parallel_read_safe': True}

# SPDX-License-Identifier: Apache-2.0
"""A Sphinx directive that prints the API's microversion history."""

from docutils import statemachine
from docutils.parsers.rst.directives import tables

from manila_groups.api import microversions


class MicroversionHistory(tables.ListTable):
    """Prints ``manila_groups.api.microversions.HISTORY`` as a table."""

    has_content = False

    def run(self):
        """Make the table."""
        self.options |= {'header-rows': 1, 'widths': [12, 88]}
        rows = [('Version', 'What it brings')]
        rows += [(version, text) for version, _, text in microversions.HISTORY]
        self.content = statemachine.StringList(
            [
                f'{bullet} {cell}'
                for row in rows
                for bullet, cell in zip(('* -', '  -'), row, strict=True)
            ],
            source=microversions.__file__,
        )
        return super().run()


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive('microversion-history', MicroversionHistory)
    return {'parallel_read_safe': True}

# SPDX-License-Identifier: Apache-2.0
"""Sphinx directives that print the histories of the API's versions."""

from docutils import statemachine
from docutils.parsers.rst.directives import tables

from manila_groups.api import microversions


class MicroversionHistory(tables.ListTable):
    """Prints ``manila_groups.api.microversions.HISTORY`` as a table."""

    has_content = False
    table = microversions.HISTORY

    def run(self):
        """Make the table."""
        self.options |= {'header-rows': 1, 'widths': [12, 88]}
        rows = [('Version', 'What it brings')]
        rows += [(version, text) for version, _, text in self.table]
        self.content = statemachine.StringList(
            [
                f'{bullet} {cell}'
                for row in rows
                for bullet, cell in zip(('* -', '  -'), row, strict=True)
            ],
            source=microversions.__file__,
        )
        return super().run()


class ShareGroupsHistory(MicroversionHistory):
    """Prints the same of the axis share-groups."""

    table = microversions.SHARE_GROUPS_HISTORY


def setup(app):
    """Make the directives known to Sphinx."""
    app.add_directive('share-groups-history', ShareGroupsHistory)
    app.add_directive('microversion-history', MicroversionHistory)
    return {'parallel_read_safe': True}

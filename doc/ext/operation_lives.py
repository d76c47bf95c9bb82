# SPDX-License-Identifier: Apache-2.0
"""A Sphinx directive that draws the life of the operations of each verb."""

from docutils import nodes
from docutils.parsers import rst
import operation_drawing

from manila_groups import states
from manila_groups.domain.operations import standard


class OperationLives(rst.Directive):
    """Draws the verbs of ``manila_groups.domain.operations.standard``."""

    def run(self):
        """Make the drawings, by the kinds of the resources."""
        by_kind = {}
        for verb in standard.build().verbs:
            by_kind.setdefault(verb.kind, []).append(verb)
        return [
            node for kind in by_kind for node in _kind(kind, by_kind[kind])
        ]


def _kind(kind, verbs):
    noun = states.noun(kind)
    yield nodes.rubric('', f'{noun[0].upper()}{noun[1:]}')
    for verb in verbs:
        svg = operation_drawing.draw(verb)
        text = f'<div class="operation-life">{svg}</div>'
        yield nodes.raw('', text, format='html')


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive('operation-lives', OperationLives)
    return {'parallel_read_safe': True}

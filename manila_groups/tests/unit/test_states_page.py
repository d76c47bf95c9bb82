# SPDX-License-Identifier: Apache-2.0
"""The page on statuses names every transition that there is."""

import operator
import pathlib
import re

import testtools

from manila_groups import states

_PAGE = pathlib.Path(__file__).parents[3] / 'doc/source/contributor/states.rst'


class TestStatesPage(testtools.TestCase):
    def test_every_transition_is_there(self):
        self.assertEqual(sorted(_defined()), sorted(set(_documented())))


def _documented():
    """Give the names in the content of the directives."""
    blocks = re.findall(
        r'^\.\. status-machine::\n\n((?:   .*\n)+)',
        _PAGE.read_text(),
        re.MULTILINE,
    )
    names = re.findall(r'^   ([\w.]+): ', ''.join(blocks), re.MULTILINE)
    for name in names:
        operator.attrgetter(name)(states)
    return names


def _defined():
    """Give the names of all transitions, also of those in machines."""
    for name, value in vars(states).items():
        if isinstance(value, states.Transition):
            yield name
        for below, inner in getattr(value, '__dict__', {}).items():
            if isinstance(inner, states.Transition):
                yield f'{name}.{below}'

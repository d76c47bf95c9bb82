# SPDX-License-Identifier: Apache-2.0
"""The guide to filters and weighers: its fields, and its examples."""

import dataclasses
import pathlib
import re
import sys
import textwrap
import types
from unittest import mock

from manila_groups.scheduler import model
from manila_groups.tests import base
from manila_groups.tests.unit.scheduler import fixtures

_GUIDE = (
    pathlib.Path(__file__).parents[4]
    / 'doc/source/contributor/filters-and-weighers.rst'
)


def _examples():
    """Give the names that the guide's examples in Python define."""
    found = re.findall(
        r'^\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)',
        _GUIDE.read_text(),
        re.MULTILINE,
    )
    filter_code, weigher_code, test_code = map(textwrap.dedent, found)
    package = types.ModuleType('my_package')
    for name, code in (('crowd', filter_code), ('vendor', weigher_code)):
        module = types.ModuleType(f'my_package.{name}')
        exec(code, vars(module))
        setattr(package, name, module)
    names = {'__name__': __name__}
    with mock.patch.dict(sys.modules, {'my_package': package}):
        exec(test_code, names)
    return package, names


_PACKAGE, _NAMES = _examples()

#: The test that the guide shows.
TestCrowdFilter = _NAMES['TestCrowdFilter']


class TestGuide(base.TestCase):
    def test_fields_are_those_of_the_classes(self):
        for kind in (model.Request, model.Pool):
            fields = [field.name for field in dataclasses.fields(kind)]
            computed = [
                name
                for name, value in vars(kind).items()
                if isinstance(value, property)
            ]
            self.assertEqual(
                sorted([*fields, *computed]), sorted(_documented(kind))
            )

    def test_the_weigher(self):
        weigher = _PACKAGE.vendor.VendorWeigher(None)
        acme, other = (
            fixtures.make_pool(capabilities={'vendor_name': vendor})
            for vendor in ('Acme', 'Other')
        )
        self.assertEqual(
            [1.0, 0.0], weigher.weigh(fixtures.make_request(), [acme, other])
        )


def _documented(kind):
    """The names in the first column of the table of a class."""
    table = re.search(
        rf'^\.\. list-table:: Fields of ``{kind.__name__}``.*\n'
        r'((?:   .*\n|\n)+)',
        _GUIDE.read_text(),
        re.MULTILINE,
    )
    first_cells = ' '.join(re.findall(r'\* - (.*)', table.group(1)))
    return re.findall(r'``(\w+)``', first_cells)

# SPDX-License-Identifier: Apache-2.0
"""The plain data of the driver interface, and the documentation's example."""

import dataclasses
import math
import pathlib
import re
import sys
import textwrap
import types
from unittest import mock

import hypothesis
from hypothesis import strategies
import testtools

from manila_groups.backend import driver
from manila_groups.tests import base
from manila_groups.tests.unit.backend import contract

_GUIDE = (
    pathlib.Path(__file__).parents[4] / 'doc/source/contributor/drivers.rst'
)
_WORDS = (driver.INFINITE, driver.UNKNOWN)


class TestPoolReport(base.TestCase):
    def test_plain(self):
        report = driver.PoolReport('gold', 10, 2.5)
        self.assertEqual(
            {
                'name': 'gold',
                'total_capacity_gb': 10,
                'free_capacity_gb': 2.5,
                'used_capacity_gb': 0,
                'reserved_percentage': 0,
                'max_over_subscription_ratio': 1,
                'capabilities': {},
                'group_capabilities': {},
            },
            dataclasses.asdict(report),
        )

    @hypothesis.given(
        strategies.one_of(strategies.floats(), strategies.text())
    )
    def test_capacity(self, value):
        usable = value in _WORDS or (
            isinstance(value, float) and math.isfinite(value) and value >= 0
        )
        for capacities in ((value, 1), (1, value)):
            if usable:
                driver.PoolReport('gold', *capacities)
            else:
                with testtools.ExpectedException(ValueError, '.*gold'):
                    driver.PoolReport('gold', *capacities)

    def test_name(self):
        for name in ('', 'a#b', 'a@b', None, 7):
            with testtools.ExpectedException(ValueError, '.*name of a pool'):
                driver.PoolReport(name, 1, 1)

    def test_length_of_the_name(self):
        longest = '\U0001f600' * 90
        self.assertEqual(longest, driver.PoolReport(longest, 1, 1).name)
        with testtools.ExpectedException(ValueError, '.*most 90 .* not 91'):
            driver.PoolReport(longest + 'x', 1, 1)

    def test_reserved_percentage(self):
        for percentage in (-1, 101):
            with testtools.ExpectedException(ValueError, f'.*{percentage}'):
                driver.PoolReport('gold', 1, 1, reserved_percentage=percentage)

    def test_other_numbers(self):
        for field, value in (
            ('used_capacity_gb', -1),
            ('used_capacity_gb', math.nan),
            ('max_over_subscription_ratio', 0.5),
            ('max_over_subscription_ratio', math.inf),
        ):
            with testtools.ExpectedException(ValueError, f'.*{field}'):
                driver.PoolReport('gold', 1, 1, **{field: value})

    def test_what_shares_may_claim(self):
        for expected, total, free, values in (
            (None, 'infinite', 'infinite', {}),
            (None, 10, 'unknown', {}),
            (7, 'unknown', 7, {'reserved_percentage': 10}),
            (7, 10, 7, {}),
            (9, 10, 7, {'used_capacity_gb': 2}),
            (8, 10, 7, {'used_capacity_gb': 2, 'reserved_percentage': 10}),
            (0, 10, 1, {'reserved_percentage': 20}),
            (
                12,
                10,
                7,
                {
                    'used_capacity_gb': 2,
                    'reserved_percentage': 10,
                    'max_over_subscription_ratio': 1.5,
                },
            ),
        ):
            pool = driver.PoolReport('gold', total, free, **values)
            self.assertEqual(expected, pool.claimable_gb())


class TestDriver(base.TestCase):
    def test_is_abstract(self):
        self.assertRaises(
            TypeError, driver.Driver, 'alpha', contract.section('alpha')
        )


def _examples():
    """Give the names that the guide's two examples in Python define."""
    driver_code, test_code = _code_blocks()
    shelf = types.ModuleType('acme_storage.shelf')
    exec(driver_code, vars(shelf))
    package = types.ModuleType('acme_storage')
    package.shelf = shelf
    names = {'__name__': __name__}
    with mock.patch.dict(sys.modules, {'acme_storage': package}):
        exec(test_code, names)
    return names


def _code_blocks():
    found = re.findall(
        r'^\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)',
        _GUIDE.read_text(),
        re.MULTILINE,
    )
    return [textwrap.dedent(block) for block in found]


#: The guide's example is a driver that works, and so is its test of it.
TestContract = _examples()['TestContract']


class TestGuide(base.TestCase):
    def test_fields_are_those_of_the_classes(self):
        tables = re.findall(
            r'^\.\. list-table:: Fields of ``(\w+)``.*\n((?:   .*\n|\n)+)',
            _GUIDE.read_text(),
            re.MULTILINE,
        )
        self.assertEqual(
            sorted(_data_classes()), sorted(name for name, _ in tables)
        )
        for name, table in tables:
            fields = dataclasses.fields(getattr(driver, name))
            first_cells = ' '.join(re.findall(r'\* - (.*)', table))
            self.assertEqual(
                sorted(field.name for field in fields),
                sorted(re.findall(r'``(\w+)``', first_cells)),
                name,
            )


def _data_classes():
    return [
        name
        for name, value in vars(driver).items()
        if dataclasses.is_dataclass(value)
    ]

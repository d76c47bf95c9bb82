# SPDX-License-Identifier: Apache-2.0
"""The history of microversions names each one that the tables name."""

import importlib
import pkgutil

import testtools

from manila_groups.api import microversions
from manila_groups.api import schemas
from manila_groups.api import views
from manila_groups.api.openapi import operations
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import lists
from manila_groups.api.views import base as view_base


def _tables(package, *kinds):
    """Give the tables of these kinds that a package's modules hold."""
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f'{package.__name__}.{info.name}')
        for value in vars(module).values():
            values = value.values() if isinstance(value, dict) else [value]
            yield from (one for one in values if isinstance(one, kinds))


def _of_fields():
    for view in _tables(views, view_base.View):
        for field in view._table:
            yield field.name, field.since
            yield field.name, field.before


def _of_filters():
    for table in _tables(schemas, lists.List):
        for row in table.filters:
            yield row.name, row.since
            yield row.name, row.ignored_before


def _of_bodies():
    for schema in _tables(schemas, schema_base.Schema):
        for table in (schema._since, schema._ignored_before):
            for name, version in table.items():
                yield name, microversions.to_text(version)


def _of_methods():
    for operation in operations.exist(microversions.NEWEST):
        for method in operation.methods:
            yield method.name, microversions.to_text(method.rules.since)


class TestHistory(testtools.TestCase):
    def test_each_version_of_a_table_is_in_it(self):
        known = {version for version, *_ in microversions.HISTORY} | {
            f'{microversions.SHARE_GROUPS} {version}'
            for version, *_ in microversions.SHARE_GROUPS_HISTORY
        }
        for source in (_of_fields, _of_filters, _of_bodies, _of_methods):
            named = {one for one in source() if one[1] is not None}
            self.assertGreater(len(named), 10, source)
            unknown = {one for one in named if one[1] not in known}
            self.assertEqual(set(), unknown)

# SPDX-License-Identifier: Apache-2.0
"""Compares the page of the wire contract with what the API serves."""

import csv
import pathlib
import re

from manila_groups import policies
from manila_groups.api import microversions
from manila_groups.api.openapi import operations
from manila_groups.api.schemas import share_groups as schemas
from manila_groups.api.views import availability_zones
from manila_groups.api.views import backup_policies
from manila_groups.api.views import messages
from manila_groups.api.views import operations as operation_views
from manila_groups.api.views import placements as placement_views
from manila_groups.api.views import services
from manila_groups.api.views import share_access
from manila_groups.api.views import share_export_locations
from manila_groups.api.views import share_group_backups
from manila_groups.api.views import share_group_snapshots
from manila_groups.api.views import share_group_types
from manila_groups.api.views import share_groups
from manila_groups.api.views import share_networks
from manila_groups.api.views import share_types
from manila_groups.api.views import shares
from manila_groups.tests import base

_PAGE = (
    pathlib.Path(__file__).parents[4]
    / 'doc'
    / 'source'
    / 'contributor'
    / 'contract.rst'
)
_ROLES = {
    'rule:admin_or_project_reader': 'reader',
    'rule:admin_or_project_member': 'member',
    'rule:context_is_admin': 'admin',
}
#: The titles of the tables of fields, each with the view it describes.
_VIEWS = {
    'Fields of a share group': share_groups.DETAIL,
    'Fields of an operation': operation_views.DETAIL,
    'Fields of a placement': placement_views.DETAIL,
    'Fields of a share group type': share_group_types.DETAIL,
    'Fields of a share group snapshot': share_group_snapshots.DETAIL,
    'Fields of a member of a share group snapshot': (
        share_group_snapshots.MEMBER
    ),
    'Fields of a share group backup': share_group_backups.DETAIL,
    'Fields of a member of a share group backup': share_group_backups.MEMBER,
    'Fields of a backup policy': backup_policies.DETAIL,
    'Fields of a share type': share_types.DETAIL,
    'Fields of a share': shares.DETAIL,
    'Fields of an export location': share_export_locations.DETAIL,
    'Fields of an access rule': share_access.DETAIL,
    'Fields of a share network': share_networks.DETAIL,
    'Fields of a subnet': share_networks.SUBNET,
    'Fields of an availability zone': availability_zones.DETAIL,
    'Fields of a service': services.DETAIL,
    'Fields of a message': messages.DETAIL,
}
#: When what a table describes came, if not with the oldest version.
_SINCE = {
    'Fields of a message': '2.37',
    'Fields of an operation': 'share-groups 1.2',
    'Fields of a placement': 'share-groups 1.3',
    'Fields of a share group backup': 'share-groups 1.7',
    'Fields of a member of a share group backup': 'share-groups 1.7',
    'Fields of a backup policy': 'share-groups 1.9',
}


def _tables(header):
    """Give the page's tables whose columns begin so: title and rows."""
    for block in _PAGE.read_text().split('.. csv-table::')[1:]:
        # The table goes on as long as lines are indented.
        title, _, rest = re.split(r'\n(?=\S)', block)[0].partition('\n')
        if f':header: {header}' in rest:
            lines = re.findall(r'^   ("?``.*)$', rest, re.MULTILINE)
            yield title.strip(), list(csv.reader(lines, skipinitialspace=True))


def _documented_operations():
    for _title, rows in _tables('Method and path'):
        for operation, policy, role, since, success in rows:
            yield (
                operation.replace('`', ''),
                policy,
                role,
                since,
                int(success.split()[0]),
            )


def _served_operations():
    roles = {one.name: _ROLES[one.check_str] for one in _rules()}
    for operation in operations.exist(microversions.NEWEST):
        for method in operation.methods:
            if method.reference:
                continue
            path = re.sub(r'\{(?!key\})\w+\}', '{id}', operation.path)
            name = f'{operation.verb} {path} {method.action or ""}'.strip()
            since = microversions.to_text(method.rules.since)
            policy = method.rules.policy
            yield name, policy, roles[policy], since, method.success


def _rules():
    return [one for one in policies.list_rules() if ':' in one.name]


def _documented_fields(rows):
    return {
        (name.strip('`'), since.split(' to ')[0], seen_by == 'admin')
        for name, since, seen_by, *_rest in rows
    }


def _shown_fields(title, view):
    found = {}
    for version in _versions(_SINCE.get(title, '2.31')):
        schema = view.schema(microversions.parse(version))
        for name in schema['properties']:
            admin = name not in schema['required']
            found.setdefault(name, (name, version, admin))
    return set(found.values())


def _versions(first):
    versions = [version for version, *_ in microversions.HISTORY]
    versions += [
        f'{microversions.SHARE_GROUPS} {version}'
        for version, *_ in microversions.SHARE_GROUPS_HISTORY
    ]
    return versions[versions.index(first) :]


class TestContractPage(base.TestCase):
    """What the page says of operations and fields is what is served."""

    def test_operations(self):
        documented = sorted(_documented_operations())
        self.assertEqual(sorted(_served_operations()), documented)

    def test_fields(self):
        tables = dict(_tables('Field,'))
        self.assertEqual(sorted(_VIEWS), sorted(tables))
        for title, view in _VIEWS.items():
            documented = _documented_fields(tables[title])
            self.assertEqual(_shown_fields(title, view), documented, title)

    def test_filters(self):
        ((_title, rows),) = _tables('Filter,')
        documented = re.findall(r'``([\w~]+)``', str([r[:2] for r in rows]))
        # It is a key of every list, and stands there.
        taken = {'all_tenants'}.symmetric_difference(
            name for row in schemas.INDEX.filters for name in row.names
        )
        self.assertEqual(sorted(taken), sorted(documented))

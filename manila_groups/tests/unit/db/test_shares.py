# SPDX-License-Identifier: Apache-2.0
"""Rows of shares: filters and metadata."""

from manila_groups import paging
from manila_groups.db import models
from manila_groups.db import shares
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.db import share_case

NAMES = ('ab', 'AB', 'a%b', 'a_b', 'a/b', 'a\\b', '\U0001f600\u00fc')


class TestFilters(share_case.WithShares):
    def names(self, **filters):
        rows, _more = self.ask(
            shares.list_page, filters, paging.Page(), details=False
        )
        self.assertEqual(len(rows), self.ask(shares.count, filters))
        return sorted(one.name for one in rows)

    def test_substrings_are_literal(self):
        for name in NAMES:
            self.insert_share(name=name, description=name)
        for wanted, expected in (
            ('b', ['a%b', 'a/b', 'a\\b', 'a_b', 'ab']),
            ('B', ['AB']),
            ('%', ['a%b']),
            ('_', ['a_b']),
            ('\\', ['a\\b']),
            ('\U0001f600', ['\U0001f600\u00fc']),
            ('\u00dc', []),
        ):
            for field in ('name~', 'description~'):
                self.assertEqual(expected, self.names(**{field: wanted}))

    def test_columns(self):
        (own_type,) = self.insert(
            models.ShareType, {'name': 'own', 'is_public': True}
        )
        values = {
            'id': '1' * 36,
            'project_id': 'there',
            'user_id': 'user',
            'name': 'mine',
            'description': 'words',
            'status': 'error',
            'host': 'host@back#pool',
            'share_proto': 'CIFS',
            'share_server_id': '2' * 36,
            'share_network_id': '3' * 36,
            'share_type_id': own_type,
            'source_share_group_snapshot_member_id': '4' * 36,
            'snapshot_id': '5' * 36,
        }
        self.insert_share(**values)
        self.insert_share(name='other')
        for field, value in values.items():
            self.assertEqual(['mine'], self.names(**{field: value}), field)
            self.assertEqual([], self.names(**{field: 'else'}), field)
        self.assertEqual(['mine'], self.names(**values))

    def test_group(self):
        (group,) = self.insert_groups({'name': 'group'})
        self.insert_share(name='mine', share_group_id=group)
        self.insert_share(name='other')
        self.assertEqual(['mine'], self.names(share_group_id=group))

    def test_public_shares_are_seen(self):
        for name, project, is_public in (
            ('mine', 'here', False),
            ('shown', 'there', True),
            ('hidden', 'there', False),
        ):
            self.insert_share(
                name=name, project_id=project, is_public=is_public
            )
        self.assertEqual(['mine', 'shown'], self.names(seen_by='here'))
        self.assertEqual(['hidden', 'shown'], self.names(seen_by='there'))
        self.assertEqual(['shown'], self.names(seen_by='elsewhere'))

    def test_zone(self):
        for name in ('east', 'west'):
            self.insert_share(
                name=name, availability_zone_id=self.ensure_zone(name)
            )
        self.assertEqual(['west'], self.names(availability_zone='west'))
        self.assertEqual([], self.names(availability_zone='south'))

    def test_metadata(self):
        both, one = (self.insert_share(name=name) for name in ('both', 'one'))
        self.ask(shares.set_metadata, both, {'a': '1', 'b': '2'})
        self.ask(shares.set_metadata, one, {'a': '1', 'b': '3'})
        for wanted, expected in (
            ({}, ['both', 'one']),
            ({'a': '1'}, ['both', 'one']),
            ({'b': '3'}, ['one']),
            ({'a': '1', 'b': '2'}, ['both']),
            ({'a': '2'}, []),
            ({'A': '1'}, []),
            ({'c': '1'}, []),
        ):
            self.assertEqual(expected, self.names(metadata=wanted), wanted)

    def test_extra_specs(self):
        self.insert(
            models.ShareTypeSpec,
            {
                'type_id': self.share_type,
                'spec_key': 'tier',
                'spec_value': 'gold',
            },
        )
        self.insert_share(name='mine')
        for wanted, found in (
            (['gold'], ['mine']),
            (['tin', 'gold'], ['mine']),
            (['tin'], []),
        ):
            self.assertEqual(found, self.names(extra_specs={'tier': wanted}))

    def test_types_by_id_or_name(self):
        for type_id, name in (('second', 'named'), ('other', 'second')):
            row = {'id': type_id, 'name': name, 'is_public': True}
            self.insert(models.ShareType, row)
            self.insert_share(name=f'of {type_id}', share_type_id=type_id)
        for wanted, found in (
            ('named', ['of second']),
            ('second', ['of second']),
            ('other', ['of other']),
            ('fake', []),
        ):
            self.assertEqual(found, self.names(share_type_id=wanted), wanted)

    def test_a_location_that_only_administrators_are_shown(self):
        share_id = self.insert_share(name='mine')
        for kind, is_hidden in (('shown', False), ('hidden', True)):
            self.insert(
                models.ShareExportLocation,
                {
                    'id': kind,
                    'share_id': share_id,
                    'path': f'192.0.2.1:/{kind}',
                    'preferred': False,
                    'is_admin_only': is_hidden,
                },
            )
        for kind, found in (('shown', ['mine']), ('hidden', [])):
            for names, value in (
                ('export_location_id', kind),
                ('export_location_path', f'192.0.2.1:/{kind}'),
            ):
                self.assertEqual(['mine'], self.names(**{names: value}))
                self.assertEqual(
                    found, self.names(**{f'shown_{names}': value})
                )

    def test_export_locations(self):
        mine, other = (self.insert_share(name=name) for name in 'ab')
        for share_id in (mine, other):
            self.insert(
                models.ShareExportLocation,
                {
                    'id': share_id,
                    'share_id': share_id,
                    'path': f'192.0.2.1:/{share_id}',
                    'preferred': False,
                    'is_admin_only': False,
                },
            )
        path = f'192.0.2.1:/{mine}'
        self.assertEqual(['a'], self.names(export_location_id=mine))
        self.assertEqual(['a'], self.names(export_location_path=path))
        self.assertEqual([], self.names(export_location_path='192.0.2.1:/'))


class TestFiltersOnMysql(case.OnMysql, TestFilters):
    pass


class TestFiltersOnPostgresql(case.OnPostgresql, TestFilters):
    pass


class TestMetadata(share_case.WithShares):
    def metadata(self, share_id):
        return self.ask(shares.get, share_id).metadata

    def test_what_is_set(self):
        mine, other = self.insert_share(), self.insert_share()
        for values, replace, expected in (
            ({'a': '1'}, False, {'a': '1'}),
            ({'a': '2', '\U0001f600': 'x' * 1023}, False, None),
            ({'b': '3'}, True, {'b': '3'}),
            ({}, False, {'b': '3'}),
            ({}, True, {}),
        ):
            self.ask(shares.set_metadata, mine, values, replace)
            self.assertEqual(expected or values, self.metadata(mine))
        self.assertEqual({}, self.metadata(other))

    def test_what_is_deleted(self):
        mine, other = self.insert_share(), self.insert_share()
        for share_id in (mine, other):
            self.ask(shares.set_metadata, share_id, {'a': '1', 'b': '2'})
        self.assertTrue(self.ask(shares.delete_metadata, mine, 'a'))
        self.assertFalse(self.ask(shares.delete_metadata, mine, 'a'))
        self.assertEqual({'b': '2'}, self.metadata(mine))
        self.assertEqual({'a': '1', 'b': '2'}, self.metadata(other))
        self.assertTrue(self.ask(shares.ROWS.delete, mine))
        self.assertEqual(2, self.count(models.ShareMetadata))


class TestMetadataOnMysql(case.OnMysql, TestMetadata):
    pass


class TestMetadataOnPostgresql(case.OnPostgresql, TestMetadata):
    pass

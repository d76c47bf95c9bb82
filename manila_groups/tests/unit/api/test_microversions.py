# SPDX-License-Identifier: Apache-2.0
import datetime

import webob

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.tests import base

Version = microversions.Version


def headers(**named):
    """Headers of a request, as webob has them."""
    return webob.Request.blank(
        '/', headers={k.replace('_', '-'): v for k, v in named.items()}
    ).headers


def own(value):
    return headers(x_openstack_manila_api_version=value)


def standard(value):
    return headers(openstack_api_version=value)


class MicroversionsTestCase(base.TestCase):
    def test_the_history_is_in_order(self):
        for table in (
            microversions.HISTORY,
            microversions.SHARE_GROUPS_HISTORY,
        ):
            found = [
                tuple(map(int, one.split('.'))) for one, *_others in table
            ]
            self.assertEqual(sorted(set(found)), found)
        self.assertEqual(Version((2, 31)), microversions.MIN)
        self.assertEqual(Version((2, 99)), microversions.MAX)

    def test_text_and_numbers(self):
        for text, version in (
            ('2.55', Version((2, 55))),
            ('share-groups 1.0', Version((2, 55), (1, 0))),
        ):
            self.assertEqual(version, microversions.parse(text))
            self.assertEqual(text, microversions.to_text(version))
        for text in ('compute 2.1', '2', 'share-groups'):
            self.assertRaises(ValueError, microversions.parse, text)

    def test_what_a_version_has(self):
        asked = Version((2, 60), (1, 1))
        for text, expected in (
            ('2.60', True),
            ('2.61', False),
            ('share-groups 1.1', True),
            ('share-groups 1.2', False),
        ):
            found = asked.has(microversions.parse(text))
            self.assertEqual(expected, found, text)
        self.assertFalse(
            microversions.MAX.has(microversions.parse('share-groups 1.0'))
        )

    def test_nothing_asks_for_the_oldest(self):
        self.assertEqual(Version((2, 31)), microversions.requested(headers()))

    def test_the_axis(self):
        newest = microversions.NEWEST.groups
        for value, expected in (
            ('shared-file-system 2.60, share-groups 1.0', ((2, 60), (1, 0))),
            ('Share-Groups 1.0,shared-file-system 2.60', ((2, 60), (1, 0))),
            (
                'shared-file-system 2.99, share-groups latest',
                ((2, 99), newest),
            ),
        ):
            asked = standard(value)
            found = microversions.requested(asked)
            self.assertEqual(Version(*expected), found, value)
            self.assertEqual(
                'shared-file-system {}.{}, share-groups {}.{}'.format(
                    *expected[0], *expected[1]
                ),
                microversions.answer(asked, found)['OpenStack-API-Version'],
            )

    def test_the_axis_beside_the_own_header(self):
        asked = headers(
            openstack_api_version='share-groups 1.0',
            x_openstack_manila_api_version='2.60',
        )
        found = microversions.requested(asked)
        self.assertEqual(Version((2, 60), (1, 0)), found)
        self.assertEqual(asked, headers(**microversions.ask(found)))

    def test_a_wrong_version_on_the_axis(self):
        for value, error in (
            ('2.54, share-groups 1.0', exception.Invalid),
            ('2.99, share-groups', exception.Invalid),
            ('2.99, share-groups 1', exception.Invalid),
            ('2.99, share-groups 1.00', exception.Invalid),
            (
                '2.99, share-groups 1.0, share-groups latest1',
                exception.Invalid,
            ),
            ('2.99, share-groups 0.9', exception.NotAcceptable),
            ('2.99, share-groups 1.999', exception.NotAcceptable),
            ('2.99, share-groups 2.99', exception.NotAcceptable),
        ):
            asked = standard(f'shared-file-system {value}')
            raised = self.assertRaises(error, microversions.requested, asked)
            self.assertIn('share-groups', raised.message)

    def test_the_axis_without_a_microversion(self):
        error = self.assertRaises(
            exception.Invalid,
            microversions.requested,
            standard('share-groups 1.0'),
        )
        self.assertIn('2.31', error.message)

    def test_the_own_header(self):
        self.assertEqual(
            Version((2, 60)), microversions.requested(own('2.60'))
        )
        self.assertEqual(
            Version((2, 60)), microversions.requested(own(' 2.60 '))
        )
        self.assertEqual(
            Version((2, 99)), microversions.requested(own('latest'))
        )

    def test_the_standard_header(self):
        for value, expected in (
            ('shared-file-system 2.60', (2, 60)),
            ('Shared-File-System  2.60', (2, 60)),
            ('shared-file-system latest', (2, 99)),
            ('compute 2.1, shared-file-system 2.60', (2, 60)),
            ('compute 2.1', (2, 31)),
            ('', (2, 31)),
        ):
            found = microversions.requested(standard(value))
            self.assertEqual(Version(expected), found, value)

    def test_both_headers_may_ask_for_the_same(self):
        for standard_version, own_version in (
            ('2.60', '2.60'),
            ('latest', '2.99'),
            ('2.60, shared-file-system 2.60', '2.60'),
        ):
            both = headers(
                openstack_api_version=f'shared-file-system {standard_version}',
                x_openstack_manila_api_version=own_version,
            )
            self.assertEqual(
                microversions.requested(own(own_version)),
                microversions.requested(both),
            )

    def test_headers_that_disagree_are_refused_with_both(self):
        for standard_version, own_version in (
            ('2.60', '2.61'),
            ('latest', '2.98'),
            ('2.60, shared-file-system 2.61', '2.60'),
        ):
            both = headers(
                openstack_api_version=f'shared-file-system {standard_version}',
                x_openstack_manila_api_version=own_version,
            )
            error = self.assertRaises(
                exception.Invalid, microversions.requested, both
            )
            for header in (
                f'X-OpenStack-Manila-API-Version: {own_version}',
                f'OpenStack-API-Version: shared-file-system '
                f'{standard_version[:4]}',
            ):
                self.assertIn(header, error.message)

    def test_each_microversion_came_on_a_day(self):
        for table, updated in (
            (microversions.HISTORY, microversions.UPDATED),
            (
                microversions.SHARE_GROUPS_HISTORY,
                microversions.SHARE_GROUPS_UPDATED,
            ),
        ):
            for _version, date, _text in table:
                datetime.date.fromisoformat(date)
            self.assertTrue(updated.startswith(date))

    def test_what_is_malformed_is_refused_with_the_header(self):
        for value in (
            '',
            '2',
            '2.',
            '.55',
            '2.55.1',
            'v2.55',
            '2.+55',
            '2.5_5',
            '2.055',
            '02.55',
            '2. 55',
            'LATEST',
            '2.\xb2',
            '2.' + '5' * 5000,
        ):
            for header, asked in (
                (microversions.HEADER, own(value)),
                (
                    microversions.STANDARD_HEADER,
                    standard(f'shared-file-system {value}'),
                ),
            ):
                error = self.assertRaises(
                    exception.Invalid, microversions.requested, asked
                )
                self.assertTrue(error.message.startswith(f'{header}: '))
                self.assertLess(len(error.message), 200)

    def test_two_versions_are_refused(self):
        for value in ('latest, 2.40', '2.40, latest', '2.40, 2.40', ',2.40'):
            self.assertRaises(
                exception.Invalid, microversions.requested, own(value)
            )

    def test_the_standard_header_counts_where_it_is_malformed(self):
        both = headers(
            openstack_api_version='shared-file-system',
            x_openstack_manila_api_version='2.61',
        )
        error = self.assertRaises(
            exception.Invalid, microversions.requested, both
        )
        self.assertTrue(error.message.startswith('OpenStack-API-Version: '))

    def test_what_is_outside_of_the_range_is_not_acceptable(self):
        for value in ('2.30', '2.100', '1.99', '3.0', '0.0', '2.999999999'):
            error = self.assertRaises(
                exception.NotAcceptable, microversions.requested, own(value)
            )
            self.assertIn('2.31', error.message)
            self.assertIn('2.99', error.message)

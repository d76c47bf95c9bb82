# SPDX-License-Identifier: Apache-2.0
import datetime

import webob

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.tests import base


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
        found = [microversions.parse(one) for one, *_ in microversions.HISTORY]
        self.assertEqual(sorted(set(found)), found)
        self.assertEqual((2, 31), microversions.MIN)
        self.assertEqual((2, 99), microversions.MAX)

    def test_text_and_numbers(self):
        self.assertEqual((2, 55), microversions.parse('2.55'))
        self.assertEqual('2.55', microversions.to_text((2, 55)))

    def test_nothing_asks_for_the_oldest(self):
        self.assertEqual((2, 31), microversions.requested(headers()))

    def test_the_own_header(self):
        self.assertEqual((2, 60), microversions.requested(own('2.60')))
        self.assertEqual((2, 60), microversions.requested(own(' 2.60 ')))
        self.assertEqual((2, 99), microversions.requested(own('latest')))

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
            self.assertEqual(expected, found, value)

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
        for _version, date, _text in microversions.HISTORY:
            datetime.date.fromisoformat(date)
        self.assertTrue(microversions.UPDATED.startswith(date))

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

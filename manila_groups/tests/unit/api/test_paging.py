# SPDX-License-Identifier: Apache-2.0
import types

from manila_groups import exception
from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.tests import base


def records(*ids):
    """Records with nothing but ids."""
    return [types.SimpleNamespace(id=one) for one in ids]


class TakeTestCase(base.TestCase):
    def test_nothing_means_the_first_page_newest_first(self):
        page = paging.take({}, 1000)
        self.assertEqual(1000, page.limit)
        self.assertEqual(0, page.offset)
        self.assertIsNone(page.marker)
        self.assertEqual('created_at', page.sort_key)
        self.assertTrue(page.descending)

    def test_the_page_is_taken_and_the_filters_stay(self):
        filters = {
            'limit': '5',
            'offset': '7',
            'marker': 'm',
            'sort_key': 'name',
            'sort_dir': 'asc',
            'name': 'x',
        }
        page = paging.take(filters, 1000)
        self.assertEqual({'name': 'x'}, filters)
        self.assertEqual((5, 7, 'm'), (page.limit, page.offset, page.marker))
        self.assertEqual(('name', False), (page.sort_key, page.descending))

    def test_a_limit_is_cut_to_the_most(self):
        self.assertEqual(3, paging.take({'limit': '4'}, 3).limit)
        self.assertEqual(0, paging.take({'limit': '0'}, 3).limit)

    def test_an_id_as_offset_is_a_marker(self):
        for text in ('a-b', '', '-a', '1.5', '²', '٣'):
            page = paging.take({'offset': text}, 10)
            self.assertEqual((0, text), (page.offset, page.marker))
            message = page.unknown_marker().message
            self.assertTrue(message.startswith('offset: '), message)

    def test_an_unknown_marker_is_called_what_the_client_called_it(self):
        for query in ({'marker': 'm'}, {'marker': 'm', 'offset': 'm'}):
            message = paging.take(query, 10).unknown_marker().message
            self.assertTrue(message.startswith('marker: '), message)

    def test_two_markers(self):
        same = {'offset': 'x', 'marker': 'x'}
        self.assertEqual('x', paging.take(same, 10).marker)
        other = {'offset': 'x', 'marker': 'y'}
        self.assertRaises(exception.Invalid, paging.take, other, 10)

    def test_an_offset_has_a_limit(self):
        most = {'offset': '9' * 18}
        self.assertEqual(10**18 - 1, paging.take(most, 10).offset)
        more = {'offset': '9' * 19}
        error = self.assertRaises(exception.Invalid, paging.take, more, 10)
        self.assertIn('offset', error.message)

    def test_a_number_with_a_sign_is_no_offset(self):
        for offset in ('-1', '+1', '-' + '9' * 5000):
            error = self.assertRaises(
                exception.Invalid, paging.take, {'offset': offset}, 10
            )
            self.assertTrue(error.message.startswith('offset: '))
            self.assertLess(len(error.message), 200)


class LinksTestCase(base.TestCase):
    def next_of(self, url, *ids):
        request = wsgi.Request.blank(url)
        links = paging.links(request, 'things_links', records(*ids), True)
        ((key, (link,)),) = links.items()
        self.assertEqual(('things_links', 'next'), (key, link['rel']))
        return link['href']

    def test_the_last_page_has_none(self):
        request = wsgi.Request.blank('/v2/things')
        self.assertEqual({}, paging.links(request, 'l', records('a'), False))

    def test_an_empty_page_has_none(self):
        request = wsgi.Request.blank('/v2/things?limit=0')
        self.assertEqual({}, paging.links(request, 'l', [], True))

    def test_the_marker_is_the_last_row(self):
        self.assertEqual(
            'http://localhost/v2/things?marker=b',
            self.next_of('/v2/things', 'a', 'b'),
        )

    def test_the_rest_of_the_query_stays(self):
        self.assertEqual(
            'http://localhost/v2/things?limit=1&a=&name=%25+%C3%A9&marker=b',
            self.next_of('/v2/things?limit=1&a=&name=%25+%C3%A9', 'b'),
        )

    def test_an_older_marker_and_the_offset_go(self):
        self.assertEqual(
            'http://localhost/v2/things?limit=1&marker=b',
            self.next_of('/v2/things?offset=5&limit=1&marker=x', 'b'),
        )

    def test_the_host_and_the_prefix_are_those_of_the_request(self):
        request = wsgi.Request.blank(
            '/v2/things', base_url='https://example.org/files'
        )
        links = paging.links(request, 'l', records('a'), True)
        self.assertEqual(
            'https://example.org/files/v2/things?marker=a',
            links['l'][0]['href'],
        )

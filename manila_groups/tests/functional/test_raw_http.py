# SPDX-License-Identifier: Apache-2.0
"""The service's own WSGI server, byte by byte over a socket."""

import json
import socket

from manila_groups.cmd import http_server
from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture

HEAD = (
    b'Host: localhost\r\n'
    b'X-OpenStack-Manila-API-Version: latest\r\n'
    b'Content-Type: application/json\r\n'
)
GET = b'GET /v2/share-groups HTTP/1.1\r\n' + HEAD + b'\r\n'
POST = b'POST /v2/share-groups HTTP/1.1\r\n' + HEAD
BODY = b'{"share_group": {}}'


def chunked(*chunks):
    """Encode chunks of a body, and its end."""
    parts = [b'%x\r\n%b\r\n' % (len(chunk), chunk) for chunk in chunks]
    return b''.join([*parts, b'0\r\n\r\n'])


class Connection:
    """A connection to the server.

    :param port: on this machine
    """

    def __init__(self, port):
        self._socket = socket.create_connection(('127.0.0.1', port), 30)
        self._file = self._socket.makefile('rb')

    def send(self, data):
        self._socket.sendall(data)

    def shut(self):
        """Tell the server that nothing more comes."""
        self._socket.shutdown(socket.SHUT_WR)

    def read_head(self):
        """Read the status and the headers of an answer."""
        line = self._file.readline()
        if not line:
            raise EOFError('closed without an answer')
        status = int(line.split()[1])
        headers = {}
        while (line := self._file.readline().strip()) != b'':
            name, _, value = line.partition(b':')
            headers[name.decode().lower()] = value.strip().decode()
        return status, headers

    def read(self, has_body=True):
        """Read a whole answer: its status, headers and body."""
        status, headers = self.read_head()
        length = int(headers.get('content-length', 0)) if has_body else 0
        return status, headers, self._file.read(length)

    def is_closed(self):
        """Tell whether the server has closed the connection."""
        return self._file.read(1) == b''

    def close(self):
        self._file.close()
        self._socket.close()


class RawHttpTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.api = self.useFixture(api_fixture.ApiFixture())
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        self.api.conf.set_override('bind_port', self.port, 'api')
        server = http_server.HttpServer(self.api.conf, self.api.application)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        self.connection = self.connect()

    def connect(self):
        connection = Connection(self.port)
        self.addCleanup(connection.close)
        return connection

    def ask(self, data, has_body=True):
        self.connection.send(data)
        return self.connection.read(has_body)

    def assertFault(self, code, name, answer):
        status, headers, body = answer
        self.assertEqual(code, status, body)
        self.assertEqual('application/json', headers['content-type'])
        self.assertEqual(code, json.loads(body)[name]['code'])
        self.assertRegex(headers['x-openstack-request-id'], '^req-')
        self.assertEqual(
            headers['x-openstack-request-id'], headers['x-compute-request-id']
        )

    def assertServes(self):
        """Check that the same connection still serves."""
        self.assertEqual(200, self.ask(GET)[0])

    def test_one_connection_serves_many_requests(self):
        for _number in range(3):
            self.assertServes()

    def test_a_media_type_is_for_bodies_only(self):
        line = b' /v2/share-groups HTTP/1.1\r\n'
        head = b''.join(HEAD.splitlines(keepends=True)[:2])
        for more in (b'', b'Content-Length: 0\r\n'):
            request = b'GET' + line + head + more + b'\r\n'
            self.assertEqual(200, self.ask(request)[0])
        for more in (
            b'Content-Length: 2\r\n\r\n{}',
            b'Transfer-Encoding: chunked\r\n\r\n' + chunked(b'{}'),
        ):
            answer = self.ask(b'POST' + line + head + more)
            self.assertFault(415, 'badMediaType', answer)

    def test_requests_sent_at_once_are_answered_in_order(self):
        self.connection.send(GET + GET.replace(b'groups', b'nothing') + GET)
        statuses = [self.connection.read()[0] for _number in range(3)]
        self.assertEqual([200, 404, 200], statuses)

    def test_a_request_may_come_byte_by_byte(self):
        for byte in POST + b'Content-Length: 19\r\n\r\n' + BODY:
            self.connection.send(bytes([byte]))
        self.assertEqual(202, self.connection.read()[0])

    def test_a_chunked_body_is_read(self):
        request = POST + b'Transfer-Encoding: chunked\r\n\r\n'
        status, _headers, body = self.ask(
            request + chunked(BODY[:5], BODY[5:])
        )
        self.assertEqual(202, status, body)
        self.assertServes()

    def test_an_empty_chunked_body_is_refused(self):
        request = POST + b'Transfer-Encoding: chunked\r\n\r\n' + chunked()
        self.assertFault(400, 'badRequest', self.ask(request))
        self.assertServes()

    def test_a_large_chunked_body_is_refused_and_the_connection_stays(self):
        request = POST + b'Transfer-Encoding: chunked\r\n\r\n'
        data = chunked(*[b'x' * 10_000] * 30)
        self.assertFault(413, 'overLimit', self.ask(request + data))
        self.assertServes()

    def test_a_large_body_is_refused_and_the_connection_stays(self):
        size = 5_000_000
        request = POST + b'Content-Length: %d\r\n\r\n' % size + b'x' * size
        answer = self.ask(request)
        self.assertFault(413, 'overLimit', answer)
        self.assertEqual('0', answer[1]['retry-after'])
        self.assertServes()

    def test_the_largest_body_is_read(self):
        body = BODY.ljust(114688)
        request = POST + b'Content-Length: 114688\r\n\r\n' + body
        self.assertEqual(202, self.ask(request)[0])
        request = POST + b'Content-Length: 114689\r\n\r\n' + body + b' '
        self.assertFault(413, 'overLimit', self.ask(request))
        self.assertServes()

    def test_a_client_that_waits_before_its_body_is_told_to_go_on(self):
        self.connection.send(
            POST + b'Expect: 100-continue\r\nContent-Length: 19\r\n\r\n'
        )
        self.assertEqual(100, self.connection.read_head()[0])
        self.assertEqual(202, self.ask(BODY)[0])
        self.assertServes()

    def test_a_body_where_none_is_expected_is_passed_over(self):
        request = GET.replace(b'\r\n\r\n', b'\r\nContent-Length: 19\r\n\r\n')
        self.assertEqual(200, self.ask(request + BODY)[0])
        self.assertServes()

    def test_a_deletion_has_no_body_and_the_connection_stays(self):
        path = f'/v2/share-groups/{api_fixture.GROUP_ID}?force=1'.encode()
        self.assertEqual(
            202, self.ask(b'DELETE %b HTTP/1.1\r\n' % path + HEAD + b'\r\n')[0]
        )
        self.assertServes()

    def test_a_head_request_has_no_body_and_the_connection_stays(self):
        for path in (b'/v2', b'/v2/share-groups', b'/nothing'):
            request = b'HEAD %b HTTP/1.1\r\n' % path + HEAD + b'\r\n'
            status, headers, _body = self.ask(request, has_body=False)
            self.assertIn(status, (200, 404, 405))
            self.assertIn('x-openstack-request-id', headers)
        self.assertServes()

    def test_odd_paths_are_answered_and_the_connection_stays(self):
        paths = (
            b'/%ff%fe',
            b'/%zz',
            b'/%',
            b'/%00',
            b'/v2/share-groups/%ff%fe',
            b'/v2/share-groups/%zz',
            b'/v2/share-groups/a%00b',
            b'/v2/share-groups/a%2Fb',
            b'/v2/share-groups/%0d%0aX-Injected:%201',
            b'/v2/share-groups/' + b'x' * 100_000,
            b'/v2/share-groups/../../etc/passwd',
            b'/v2/share-groups;a=b',
            b'http://localhost/nothing',
        )
        for path in paths:
            request = b'GET %b HTTP/1.1\r\n' % path + HEAD + b'\r\n'
            self.assertFault(404, 'itemNotFound', self.ask(request))
            self.assertServes()

    def test_odd_queries_are_answered_and_the_connection_stays(self):
        queries = (
            b'%ff%fe',
            b'name=%ff%fe',
            b'name=%00',
            b'limit=%zz',
            b'x' * 100_000,
            b'=',
            b'?',
        )
        for query in queries:
            line = b'GET /v2/share-groups?%b HTTP/1.1\r\n' % query
            answer = self.ask(line + HEAD + b'\r\n')
            self.assertFault(400, 'badRequest', answer)
            self.assertServes()

    def test_slashes_in_a_row_are_one(self):
        for path in (b'//v2/share-groups', b'/v2///share-groups'):
            request = GET.replace(b'/v2/share-groups', path)
            self.assertEqual(200, self.ask(request)[0])

    def test_a_whole_url_as_target_is_read(self):
        request = GET.replace(b'/v2', b'http://localhost/v2')
        self.assertEqual(200, self.ask(request)[0])

    def test_a_target_that_is_no_path_is_answered(self):
        for target in (b'*', b'localhost:80', b'v2/share-groups'):
            for method in (b'OPTIONS', b'GET'):
                request = b'%b %b HTTP/1.1\r\n' % (method, target)
                self.connection = self.connect()
                status, _headers, body = self.ask(request + HEAD + b'\r\n')
                self.assertIn(status, (400, 404, 405), body)

    def test_methods_that_nobody_knows_are_answered(self):
        for method in (b'FROBNICATE', b'TRACE', b'X' * 1000):
            request = GET.replace(b'GET', method)
            self.assertFault(405, 'badMethod', self.ask(request))
            self.assertServes()

    def test_broken_requests_are_answered(self):
        refused = ((400, 'badRequest'), (404, 'itemNotFound'))
        requests = (
            b'GET\r\n\r\n',
            b'GET http://[x/v2 HTTP/1.1\r\n\r\n',
            b'GET /v2 HTTP/9.9 more\r\n\r\n',
            b'get /v2 HTTP/1.1\r\n\r\n',
            b'GET /v2/share-groups/\xff\xfe HTTP/1.1\r\n\r\n',
            b'GET /v2/share-groups?name=\xff\xfe HTTP/1.1\r\n\r\n',
            b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
            b'GET /v2 HTTP/1.1\r\nno colon\r\n\r\n',
            POST + b'Content-Length: many\r\n\r\n' + BODY,
            POST + b'Content-Length: -1\r\n\r\n' + BODY,
            POST + b'Content-Length: 19\r\nContent-Length: 5\r\n\r\n' + BODY,
            POST + b'Content-Length: ' + b'9' * 5000 + b'\r\n\r\n' + BODY,
            POST + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n' + BODY,
        )
        for request in requests:
            self.connection = self.connect()
            answer = self.ask(request)
            expected = refused[answer[0] == 404]
            self.assertFault(*expected, answer)

    def test_what_the_server_does_not_take_is_answered(self):
        for code, name, request in (
            (413, 'overLimit', POST + b'Content-Length: 99999999\r\n\r\n'),
            (431, 'computeFault', GET[:-2] + b'X-Long: ' + b'x' * 262144),
            (501, 'notImplemented', POST + b'Transfer-Encoding: gzip\r\n\r\n'),
        ):
            self.connection = self.connect()
            self.assertFault(code, name, self.ask(request))
            self.assertTrue(self.connection.is_closed())

    def test_refusals_of_the_server_are_in_plain_english(self):
        for expected, request in (
            (
                'The request cannot be read: Malformed HTTP method "get".',
                b'get /v2 HTTP/1.1\r\n\r\n',
            ),
            (
                'The request cannot be read: Invalid chunk size.',
                POST + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n' + BODY,
            ),
            (
                'Content-Length: is not a number of bytes.',
                POST + b'Content-Length: many\r\n\r\n',
            ),
            (
                'Content-Length: has too many digits.',
                POST + b'Content-Length: ' + b'9' * 5000 + b'\r\n\r\n',
            ),
            (
                'The body of the request exceeds the limit of 67108864 bytes.',
                POST + b'Content-Length: 99999999\r\n\r\n',
            ),
            (
                'The headers exceed the limit of 262144 bytes.',
                GET[:-2] + b'X-Long: ' + b'x' * 262144,
            ),
            (
                'Transfer-Encoding: is not chunked.',
                POST + b'Transfer-Encoding: gzip\r\n\r\n',
            ),
        ):
            self.connection = self.connect()
            _status, _headers, body = self.ask(request)
            [fault] = json.loads(body).values()
            self.assertEqual(expected, fault['message'])

    def test_a_request_that_breaks_off_harms_nobody(self):
        for request in (GET[:-1], POST + b'Content-Length: 99\r\n\r\n' + BODY):
            connection = self.connect()
            connection.send(request)
            connection.shut()
            self.assertTrue(connection.is_closed())
        self.assertServes()

    def test_an_old_client_is_answered_and_disconnected(self):
        self.assertEqual(200, self.ask(GET.replace(b'1.1', b'1.0'))[0])
        self.assertTrue(self.connection.is_closed())

    def test_a_client_that_asks_for_it_is_disconnected(self):
        request = GET[:-2] + b'Connection: close\r\n\r\n'
        self.assertEqual(200, self.ask(request)[0])
        self.assertTrue(self.connection.is_closed())

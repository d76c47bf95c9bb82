# SPDX-License-Identifier: Apache-2.0
"""The sender: its reports, and what ends it."""

import json
import threading
from unittest import mock

from manila_groups import exception
from manila_groups.backend.transfer import answers
from manila_groups.backend.transfer import endpoints
from manila_groups.backend.transfer import offers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import sender
from manila_groups.tests import base
from manila_groups.tests.unit.backend.transfer import case


class Lost(Exception):
    """What a report raises."""


class TestSender(case.TransferCase):
    def setUp(self):
        super().setUp()
        self.conf = self.configure()
        self.release = threading.Event()

    def listen(self, *arguments):
        made = super().listen(*arguments)
        # Before it is waited for.
        self.addCleanup(self.release.set)
        return made

    def test_reports(self):
        clock = mock.patch('time.monotonic')
        times = clock.start()
        self.addCleanup(clock.stop)
        endpoint = self.listen(self.conf).endpoint
        times.return_value = 1000.0
        reports = []

        def write(sink):
            for _number in range(20):
                times.return_value += 0.25
                sink.write(b'x' * 1000)
                sink.flush()

        self.deliver(self.conf, endpoint, write, reports.append)
        self.assertEqual([1000, 5000, 9000, 13000, 17000], reports[:5])

    def test_a_report_that_raises_ends_the_connection(self):
        authority = self.an_authority()
        conf = self.secured(authority)
        endpoint = self.listen(conf).endpoint

        def report(sent):
            raise Lost

        for one in (endpoint, case.far_away(endpoint)):
            self.assertRaises(
                Lost, self.deliver, conf, one, b'x' * 1_000_000, report
            )
            error = case.wait_for(self.receiver.streams.copy).pop()
            self.assertIsInstance(error, exception.TransientDriverError)
            self.receiver.streams.clear()

    def test_one_that_raises_reaches_through_the_driver(self):
        def write(sink):
            try:
                sink.write(b'x' * 1_000_000)
            except Exception:
                raise OSError('the program has ended') from None

        def report(sent):
            raise Lost

        endpoint = self.listen(self.conf).endpoint
        self.assertRaises(
            Lost, self.deliver, self.conf, endpoint, write, report
        )

    def test_one_that_raises_while_the_receiver_works(self):
        def receive(source):
            source.read()
            self.release.wait(case.PATIENCE)

        reports = iter((None, Lost()))

        def report(sent):
            if error := next(reports):
                raise error

        endpoint = self.listen(
            self.conf, lambda offer: reception.Reception(receive, None)
        ).endpoint
        self.assertRaises(
            Lost, self.deliver, self.conf, endpoint, b'content', report
        )

    def test_a_driver_that_fails(self):
        def write(sink):
            sink.write(b'some')
            raise exception.DriverError('the snapshot is gone')

        endpoint = self.listen(self.conf).endpoint
        message = self.fails(exception.DriverError, self.conf, endpoint, write)
        self.assertEqual('the snapshot is gone', message)
        error = case.wait_for(lambda: self.receiver.streams)[0]
        self.assertIsInstance(error, exception.TransientDriverError)

    def test_a_receiver_that_is_stalled(self):
        def receive(source):
            self.release.wait(case.PATIENCE)

        endpoint = self.listen(
            self.conf, lambda offer: reception.Reception(receive, None)
        ).endpoint
        conf = self.configure(stall_timeout=1)
        for content in (b'few', b'x' * 50_000_000):
            message = self.fails(
                exception.TransientDriverError, conf, endpoint, content
            )
            self.assertIn('1 seconds', message)

    def test_nobody_there(self):
        here = endpoints.this_machine()
        for one, word in (
            (endpoints.Endpoint(here, '/not/there'), 'No such file'),
            (endpoints.Endpoint('x', '/not/there'), 'has no address'),
            (endpoints.Endpoint('x', '/', '127.0.0.1', 1), 'refused'),
        ):
            conf = self.secured(self.an_authority())
            message = self.fails(
                exception.TransientDriverError, conf, one, b''
            )
            self.assertIn(word, message)

    def test_without_certificates(self):
        one = endpoints.Endpoint('x', '/', '127.0.0.1', 1)
        message = self.fails(
            exception.TransientDriverError, self.conf, one, b''
        )
        self.assertIn('tls_ca_file is not set', message)

    def test_an_offer_that_nobody_would_accept(self):
        endpoint = self.listen(self.conf).endpoint
        for fields in (
            {'format': 'A b'},
            {'token': 'x'},
            {'drop': tuple(case.IDS * 100)},
        ):
            self.assertRaises(
                offers.Refused,
                sender.Sender(self.conf).deliver,
                endpoint,
                case.an_offer(**fields),
                lambda sink: None,
                lambda sent: None,
            )
        self.assertEqual([], self.receiver.offers)


class TestAnswers(base.TestCase):
    def expect(self, line):
        answers.expect(answers.READY, line)

    def test_as_written(self):
        self.expect(answers.line(answers.READY))
        error = self.assertRaises(
            offers.Refused,
            self.expect,
            answers.of_error(exception.DriverError('x' * 5000)),
        )
        self.assertIn('x' * 1000, error.message)

    def test_anything_else(self):
        for line in (
            b'',
            b'\n',
            b'{}\n',
            b'[]\n',
            b'[' * 5000,
            b'\xff\n',
            b'{"answer": ["ready"]}\n',
            b'{"answer": "done"}\n',
        ):
            self.assertRaises(
                exception.TransientDriverError, self.expect, line
            )

    def test_a_reason_is_one_line_that_a_log_can_have(self):
        for reason, shown in (
            ('a\nb\x00c\x1b[31m\ud800', 'a b c [31m '),
            (7, ''),
            (['a'], ''),
        ):
            line = json.dumps({'answer': 'refused', 'reason': reason})
            error = self.assertRaises(
                offers.Refused, self.expect, line.encode()
            )
            self.assertTrue(error.message.endswith(f'refuses: {shown}'))


class TestEndpoints(base.TestCase):
    def test_as_reported(self):
        for one in (
            endpoints.Endpoint('m', '/s'),
            endpoints.Endpoint('m', '/s', '192.0.2.1', 8930),
        ):
            report = json.loads(json.dumps(one.as_report()))
            self.assertEqual(one, endpoints.Endpoint.from_report(report))

    def test_anything_else(self):
        whole = endpoints.Endpoint('m', '/s', 'a', 1).as_report()
        for report in (
            None,
            [],
            'x',
            {},
            {**whole, 'port': '1'},
            {**whole, 'socket': None},
            {**whole, 'address': 7},
        ):
            self.assertRaises(
                exception.TransientDriverError,
                endpoints.Endpoint.from_report,
                report,
            )

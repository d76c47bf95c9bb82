# SPDX-License-Identifier: Apache-2.0
"""Streams that are cut, stalled, or none."""

import os
import random
import struct

from manila_groups import exception
from manila_groups.backend.transfer import answers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import streams
from manila_groups.tests.unit.backend.transfer import case


def _piece(content):
    return struct.pack('>I', len(content)) + content


_CONTENT = [os.urandom(size) for size in (1, 5, 1000, 70_000, 3)]

_WHOLE = b''.join(map(_piece, _CONTENT)) + _piece(b'')


class TestStreams(case.TransferCase):
    def setUp(self):
        super().setUp()
        self.conf = self.configure()

    def send(self, endpoint, data):
        """Send a header and what comes after it; the two answers."""
        with self.dial(endpoint) as connection:
            found = case.answer_to(connection, case.an_offer().line() + data)
        return found.splitlines(keepends=True)

    def test_whole(self):
        found = self.send(self.listen(self.conf).endpoint, _WHOLE)
        self.assertEqual([b''.join(_CONTENT)], self.receiver.streams)
        self.assertEqual(
            [answers.line(answers.READY), answers.line(answers.DONE)], found
        )

    def test_cut_at_any_byte(self):
        """The receiver never takes a part for the whole."""
        choose = random.Random(7)
        endpoint = self.listen(self.conf).endpoint
        ends = {0, 1, 3, 4, len(_WHOLE) - 4, len(_WHOLE) - 1}
        ends.update(choose.randrange(len(_WHOLE)) for _number in range(200))
        for end in ends:
            found = self.send(endpoint, _WHOLE[:end])
            error = self.receiver.streams.pop()
            self.assertIsInstance(error, exception.TransientDriverError, end)
            self.assertIn('cut', error.message)
            self.assertNotIn(answers.line(answers.DONE), found)
        self.assertEqual([], self.receiver.streams)

    def test_cut_by_a_reset(self):
        endpoint = self.listen(self.conf).endpoint
        choose = random.Random(8)
        for _number in range(50):
            connection = self.dial(endpoint)
            end = choose.randrange(len(_WHOLE))
            connection.sendall(case.an_offer().line() + _WHOLE[:end])
            # What of the answer is not read makes the end a reset.
            connection.recv(1)
            connection.close()
            error = case.wait_for(self.receiver.streams.copy).pop()
            self.receiver.streams.clear()
            self.assertIsInstance(error, exception.TransientDriverError, end)

    def test_cut_within_tls(self):
        conf = self.secured(self.an_authority())
        endpoint = case.far_away(self.listen(conf).endpoint)
        choose = random.Random(9)
        for _number in range(20):
            size = choose.randrange(1_000_000)

            def write(sink, size=size):
                sink.write(b'x' * size)
                sink.flush()
                raise ZeroDivisionError

            self.assertRaises(
                ZeroDivisionError, self.deliver, conf, endpoint, write
            )
            error = case.wait_for(self.receiver.streams.copy).pop()
            self.receiver.streams.clear()
            self.assertIsInstance(error, exception.TransientDriverError)

    def test_what_is_not_a_stream(self):
        endpoint = self.listen(self.conf).endpoint
        for data in (
            b'\xff\xff\xff\xff' + b'x' * 1000,
            b'GET / HTTP/1.1\r\n\r\n',
            _piece(b'x') + struct.pack('>I', streams.MOST + 1),
        ):
            found = self.send(endpoint, data)[-1]
            self.assertIn(b'"refused"', found)
            self.assertIs(
                exception.DriverError, type(self.receiver.streams.pop())
            )

    def test_random_bytes_are_never_more_than_what_has_come(self):
        endpoint = self.listen(self.conf).endpoint
        choose = random.Random(10)
        for _number in range(200):
            self.send(endpoint, choose.randbytes(choose.randrange(50)))
            found = self.receiver.streams.pop()
            self.assertIsInstance(found, exception.DriverError)

    def test_an_error_stays(self):
        """A reader that goes on after it reads no end."""

        def receive(source):
            for _number in range(3):
                self.assertRaises(
                    exception.TransientDriverError, source.read, 10
                )

        made = self.listen(
            self.conf, lambda offer: reception.Reception(receive, None)
        )
        found = self.send(made.endpoint, _piece(b'few'))
        self.assertIn(b'"again"', found[-1])

    def test_a_sender_that_is_stalled(self):
        conf = self.configure(stall_timeout=1)
        endpoint = self.listen(conf).endpoint
        for data in (b'', _piece(b'content'), _piece(b'content')[:6]):
            with self.dial(endpoint) as connection:
                connection.sendall(case.an_offer().line() + data)
                error = case.wait_for(self.receiver.streams.copy).pop()
            self.receiver.streams.clear()
            self.assertIsInstance(error, exception.TransientDriverError)
            self.assertIn('for 1 seconds', error.message)

    def test_exactly_the_maximum(self):
        size = len(b''.join(_CONTENT))
        endpoint = self.listen(self.conf).endpoint
        self.receiver.most_bytes = size
        self.send(endpoint, _WHOLE)
        self.assertEqual(size, len(self.receiver.streams.pop()))
        self.receiver.most_bytes = size - 1
        found = self.send(endpoint, _WHOLE)
        self.assertIn(b'"refused"', found[-1])
        self.assertIsInstance(
            self.receiver.streams.pop(), exception.DriverError
        )

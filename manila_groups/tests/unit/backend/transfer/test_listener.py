# SPDX-License-Identifier: Apache-2.0
"""The listener: its end, its limits, and what it writes into the log."""

import json
import logging
import os
import pathlib
import socket
import stat
import threading
from unittest import mock

import fixtures

from manila_groups import exception
from manila_groups.backend.transfer import endpoints
from manila_groups.backend.transfer import listener
from manila_groups.backend.transfer import local
from manila_groups.backend.transfer import peers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import sender
from manila_groups.tests import base
from manila_groups.tests.unit.backend.transfer import case


class TestStop(case.TransferCase):
    """That no thread is left is what each test looks at in the end."""

    def test_in_the_middle(self):
        authority = self.an_authority()
        conf = self.secured(authority)
        begun = threading.Event()

        def write(sink):
            sink.write(b'x' * 1_000_000)
            begun.set()
            for _number in range(100_000):
                sink.write(b'x' * 100_000)

        for place in (lambda one: one, case.far_away):
            begun.clear()
            made = self.listen(conf)
            thread = threading.Thread(
                target=self.fails,
                args=[
                    exception.TransientDriverError,
                    conf,
                    place(made.endpoint),
                    write,
                ],
            )
            thread.start()
            self.assertTrue(begun.wait(case.PATIENCE))
            made.stop()
            made.wait()
            thread.join(case.PATIENCE)
            self.assertFalse(thread.is_alive())
            error = self.receiver.streams.pop()
            self.assertIsInstance(error, exception.TransientDriverError)

    def test_while_nobody_speaks(self):
        conf = self.secured(self.an_authority())
        made = self.listen(conf)
        where = made.endpoint.address, made.endpoint.port
        with (
            self.dial(made.endpoint) as one,
            socket.create_connection(where) as other,
        ):
            case.wait_for(lambda: len(made._open) == 2)
            made.stop()
            made.wait()
            for connection in (one, other):
                connection.settimeout(case.PATIENCE)
                case.read_all(connection)
        # It was no fault of theirs.
        self.assertEqual('', self.log.output)

    def test_before_the_start(self):
        made = listener.Listener(
            self.secured(self.an_authority()), case.HOST, self.receiver.accept
        )
        made.stop()
        made.wait()

    def test_nobody_is_received_afterwards(self):
        conf = self.secured(self.an_authority())
        made = self.listen(conf)
        made.stop()
        made.wait()
        for one in (made.endpoint, case.far_away(made.endpoint)):
            self.fails(exception.TransientDriverError, conf, one, b'content')

    def test_the_next_process_takes_its_place(self):
        conf = self.secured(self.an_authority())
        for _number in range(3):
            made = self.listen(conf)
            self.deliver(conf, made.endpoint, b'content')
            made.stop()
            made.wait()
        self.assertEqual([b'content'] * 3, self.receiver.streams)


class TestWhere(case.TransferCase):
    def refused(self, conf, *words):
        error = self.assertRaises(
            exception.ConfigurationError,
            listener.Listener,
            conf,
            case.HOST,
            self.receiver.accept,
        )
        for word in words:
            self.assertIn(word, error.message)

    def test_only_here_unless_there_is_an_address(self):
        conf = self.configure(listen_address='127.0.0.1')
        made = self.listen(conf)
        self.assertEqual(
            (None, None), (made.endpoint.address, made.endpoint.port)
        )
        self.assertEqual(1, len(made._doors))

    def test_each_back_end_has_a_port_and_a_socket(self):
        conf = self.secured(self.an_authority())
        made = [
            listener.serve(conf, f'one@{name}', self.receiver.accept)
            for name in ('alpha', 'beta')
        ]
        for one in made:
            self.addCleanup(one.wait)
            self.addCleanup(one.stop)
        for field in ('port', 'socket'):
            self.assertEqual(
                2, len({getattr(one.endpoint, field) for one in made})
            )

    def test_no_port_is_free(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            conf = self.secured(
                self.an_authority(), listen_ports=f'{port}-{port}'
            )
            self.refused(conf, '[migration]', 'listen_ports', 'in use')

    def test_an_address_of_another_machine(self):
        conf = self.secured(
            self.an_authority(), '192.0.2.1', address='192.0.2.1'
        )
        self.refused(conf, 'listen_address', '192.0.2.1')

    def test_a_directory_that_others_may_use(self):
        path = self.directory / 'sockets'
        path.mkdir()
        for mode in (0o750, 0o701, 0o777):
            path.chmod(mode)
            self.refused(self.configure(), 'socket_dir', 'chmod 700')

    def test_a_directory_of_another_user(self):
        (self.directory / 'sockets').mkdir(0o700)
        with mock.patch('os.geteuid', return_value=os.geteuid() + 1):
            self.refused(self.configure(), 'socket_dir', 'belongs to the user')

    def test_what_is_no_directory(self):
        file = self.directory / 'file'
        file.touch()
        link = self.directory / 'link'
        link.symlink_to(self.directory)
        for path in (str(file), f'{file}/below', str(link), 'relative'):
            self.refused(
                self.configure(socket_dir=path), '[migration] socket_dir', path
            )

    def test_a_directory_with_a_long_path(self):
        """The name of a socket has at most 107 bytes, but not its path."""
        path = str(self.directory / ('x' * 200) / ('y' * 200))
        conf = self.configure(socket_dir=path)
        endpoint = self.listen(conf).endpoint
        self.deliver(conf, endpoint, b'content')
        self.assertEqual([b'content'], self.receiver.streams)

    def test_the_directory_is_made(self):
        endpoint = self.listen(self.configure()).endpoint
        path = pathlib.Path(endpoint.socket)
        mode = stat.S_IMODE(path.parent.stat().st_mode)
        self.assertEqual(0o700, mode)
        self.assertTrue(path.is_socket())

    def test_a_name_that_is_too_long_for_a_file(self):
        directory = local.Directory(str(self.directory / 'new'))
        made = directory.listen('x' * 100 + '@' + 'y' * 63)
        self.addCleanup(made.close)


class TestLimits(case.TransferCase):
    def test_many_that_say_nothing(self):
        conf = self.configure()
        made = self.listen(conf)
        idle = [self.dial(made.endpoint) for _n in range(listener.MOST_NEW)]
        case.wait_for(lambda: len(made._open) == listener.MOST_NEW)
        self.fails(
            exception.TransientDriverError, conf, made.endpoint, b'content'
        )
        case.wait_for(lambda: 'have just connected' in self.log.output)
        for one in idle:
            one.close()
        case.wait_for(lambda: not made._open)
        self.deliver(conf, made.endpoint, b'content')
        self.assertEqual([b'content'], self.receiver.streams)

    def test_streams_do_not_count_as_new(self):
        """More streams than that may be there at the same time."""
        many = listener.MOST_NEW + 4
        conf = self.configure(max_streams=many)
        all_there = threading.Barrier(many)

        def receive(source):
            all_there.wait(case.PATIENCE)
            source.read()

        endpoint = self.listen(
            conf, lambda offer: reception.Reception(receive, None)
        ).endpoint
        threads = [
            threading.Thread(
                target=self.deliver, args=[conf, endpoint, b'content']
            )
            for _number in range(many)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(case.PATIENCE)
        self.assertFalse(all_there.broken)

    def test_no_more_files(self):
        """It says so, and goes on when there are some again."""
        self.enterContext(mock.patch.object(listener, '_PAUSE', 0.01))
        conf = self.configure()
        made = listener.Listener(conf, case.HOST, self.receiver.accept)
        real, failures = made._take, [OSError(24, 'Too many open files')] * 3

        def take(door):
            if failures:
                raise failures.pop()
            real(door)

        made._take = take
        made.start()
        self.addCleanup(made.wait)
        self.addCleanup(made.stop)
        self.deliver(conf, made.endpoint, b'content')
        self.assertIn('Too many open files', self.log.output)
        self.assertEqual(1, self.log.output.count('Too many'))


class TestLog(case.TransferCase):
    """Whatever a peer does, the log has one line per minute of it."""

    def setUp(self):
        super().setUp()
        self.lines = []
        self.now = 100.0
        logger = mock.Mock()
        logger.log.side_effect = self.note
        self.peers = peers.PeerLog(logger, lambda: self.now)

    def note(self, level, text, *arguments, exc_info):
        if level > logging.DEBUG:
            self.lines.append((level, text % arguments))

    def test_once_per_peer_and_minute(self):
        def accept(offer):
            raise ZeroDivisionError('a fault')

        made = self.listen(self.configure(), accept, self.peers)
        for minute in range(1, 4):
            for _number in range(20):
                with self.dial(made.endpoint) as connection:
                    case.answer_to(connection, case.an_offer().line())
            case.wait_for(lambda: not made._open)
            self.assertEqual(minute, len(self.lines))
            self.now += peers.INTERVAL
        for level, text in self.lines:
            self.assertEqual(logging.ERROR, level)
            self.assertIn('from this machine failed', text)

    def test_a_bad_peer_is_no_error_of_ours(self):
        made = self.listen(self.configure(), log=self.peers)
        for data in (b'nonsense\n', b'', case.an_offer().line()):
            with self.dial(made.endpoint) as connection:
                case.answer_to(connection, data)
            case.wait_for(lambda: not made._open)
            self.now += peers.INTERVAL
        self.assertEqual(
            [logging.WARNING] * 3, [level for level, _text in self.lines]
        )

    def test_peers_are_apart(self):
        for name in ('a', 'b', 'a', 'c', 'b'):
            self.peers.write(logging.WARNING, name, 'x')
        self.assertEqual(3, len(self.lines))

    def test_it_does_not_grow(self):
        for number in range(5000):
            self.peers.write(logging.WARNING, str(number), 'x')
        self.assertEqual(1000, len(self.peers._last))

    def test_no_token_is_written(self):
        self.log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        conf = self.configure()
        offer = case.an_offer()

        def accept(offer):
            raise ZeroDivisionError(f'with {offer}')

        made = self.listen(conf, accept)
        found = self.assertRaises(
            exception.TransientDriverError,
            sender.Sender(conf).deliver,
            made.endpoint,
            offer,
            lambda sink: None,
            lambda sent: None,
        )
        case.wait_for(lambda: 'ZeroDivisionError' in self.log.output)
        self.assertNotIn(offer.token, self.log.output + found.message)


class TestThisMachine(base.TestCase):
    def test_always_the_same(self):
        found = endpoints.this_machine()
        self.assertEqual(found, endpoints.this_machine())
        self.assertEqual(36, len(json.loads(json.dumps(found))))

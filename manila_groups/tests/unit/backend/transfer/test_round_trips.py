# SPDX-License-Identifier: Apache-2.0
"""Streams that arrive, by both ways."""

import os
import random

from manila_groups import exception
from manila_groups.backend.transfer import endpoints
from manila_groups.backend.transfer import listener
from manila_groups.backend.transfer import offers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import sender
from manila_groups.backend.transfer import streams
from manila_groups.tests.unit.backend.transfer import case

_SIZES = (0, 1, streams.MOST - 1, streams.MOST, streams.MOST + 1, 5_000_000)


class TestRoundTrips(case.TransferCase):
    def check_all_sizes(self, conf, endpoint):
        for size in _SIZES:
            content = os.urandom(size)
            self.deliver(conf, endpoint, content)
            self.assertEqual(content, self.receiver.streams.pop())

    def test_on_one_machine(self):
        conf = self.configure()
        self.check_all_sizes(conf, self.listen(conf).endpoint)

    def test_between_machines(self):
        conf = self.secured(self.an_authority())
        endpoint = self.listen(conf).endpoint
        self.check_all_sizes(conf, case.far_away(endpoint))

    def test_with_ipv6(self):
        conf = self.secured(self.an_authority(), '::1', address='::1')
        endpoint = self.listen(conf).endpoint
        self.check_all_sizes(conf, case.far_away(endpoint))

    def test_by_a_host_name(self):
        conf = self.secured(
            self.an_authority(),
            'localhost',
            address='localhost',
            listen_address='127.0.0.1',
        )
        endpoint = case.far_away(self.listen(conf).endpoint)
        self.deliver(conf, endpoint, b'content')
        self.assertEqual([b'content'], self.receiver.streams)

    def test_the_other_way_if_the_socket_does_not_work(self):
        conf = self.secured(self.an_authority())
        made = self.listen(conf).endpoint
        elsewhere = endpoints.Endpoint(
            made.machine, '/not/there', made.address, made.port
        )
        self.deliver(conf, elsewhere, b'content')
        self.assertEqual([b'content'], self.receiver.streams)

    def test_the_offer_arrives(self):
        conf = self.configure()
        endpoint = self.listen(conf).endpoint
        for offer in (case.an_offer(), case.an_offer(base_id=None, drop=())):
            sender.Sender(conf).deliver(
                endpoint, offer, lambda sink: None, lambda sent: None
            )
            self.assertEqual(offer, self.receiver.offers[-1])

    def test_pieces_of_any_size_in_any_order(self):
        content = os.urandom(700_000)
        choose = random.Random(1)
        found = bytearray()

        def write(sink):
            rest = memoryview(content)
            while rest:
                some = choose.choice((1, 30, 4096, 300_000))
                self.assertEqual(len(rest[:some]), sink.write(rest[:some]))
                rest = rest[some:]

        def receive(source):
            while piece := source.read(choose.randrange(1, 50_000)):
                found.extend(piece)
            self.assertEqual(b'', source.read(1))

        conf = self.configure()
        made = self.listen(
            conf, lambda offer: reception.Reception(receive, None)
        )
        self.deliver(conf, made.endpoint, write)
        self.assertEqual(content, bytes(found))

    def test_a_read_has_as_many_bytes_as_asked_for(self):
        sizes = []

        def receive(source):
            while piece := source.read(100_000):
                sizes.append(len(piece))

        def write(sink):
            for _number in range(50):
                sink.write(b'x' * 5_000)
                sink.flush()

        conf = self.configure()
        made = self.listen(
            conf, lambda offer: reception.Reception(receive, None)
        )
        self.deliver(conf, made.endpoint, write)
        self.assertEqual([100_000, 100_000, 50_000], sizes)

    def test_a_file_that_the_writer_closes(self):
        def write(sink):
            with sink:
                sink.write(b'content')

        conf = self.configure()
        self.deliver(conf, self.listen(conf).endpoint, write)
        self.assertEqual([b'content'], self.receiver.streams)

    def test_as_a_service_starts_it(self):
        conf = self.configure()
        made = listener.serve(conf, case.HOST, self.receiver.accept)
        self.deliver(conf, made.endpoint, b'content')
        made.stop()
        made.wait()
        self.assertEqual([b'content'], self.receiver.streams)


class TestRefusals(case.TransferCase):
    """What the one side is told that the other side wants."""

    def test_an_offer_that_is_not_accepted(self):
        def accept(offer):
            raise offers.Refused('the token is not known')

        conf = self.secured(self.an_authority())
        endpoint = self.listen(conf, accept).endpoint
        for one in (endpoint, case.far_away(endpoint)):
            message = self.fails(offers.Refused, conf, one, b'content')
            self.assertIn('the token is not known', message)

    def test_not_now(self):
        def accept(offer):
            raise exception.TransientDriverError('the database is away')

        conf = self.configure()
        endpoint = self.listen(conf, accept).endpoint
        message = self.fails(
            exception.TransientDriverError, conf, endpoint, b'content'
        )
        self.assertIn('the database is away', message)

    def test_an_error_that_nobody_has_thought_of(self):
        def accept(offer):
            raise ZeroDivisionError('secret')

        conf = self.configure()
        endpoint = self.listen(conf, accept).endpoint
        message = self.fails(
            exception.TransientDriverError, conf, endpoint, b'content'
        )
        self.assertNotIn('secret', message)
        case.wait_for(lambda: 'secret' in self.log.output)

    def test_while_the_sender_still_writes(self):
        def receive(source):
            source.read(1_000_000)
            raise exception.DriverError('the disk is full')

        def write(sink):
            while True:
                sink.write(b'x' * 100_000)

        conf = self.secured(self.an_authority())
        endpoint = self.listen(
            conf, lambda offer: reception.Reception(receive, None)
        ).endpoint
        for one in (endpoint, case.far_away(endpoint)):
            message = self.fails(offers.Refused, conf, one, write)
            self.assertIn('the disk is full', message)

    def test_a_driver_with_an_error_of_its_own_for_that(self):
        def receive(source):
            raise exception.DriverError('the disk is full')

        def write(sink):
            try:
                while True:
                    sink.write(b'x' * 100_000)
            except exception.DriverError:
                raise OSError('the program has ended') from None

        conf = self.configure()
        endpoint = self.listen(
            conf, lambda offer: reception.Reception(receive, None)
        ).endpoint
        message = self.fails(offers.Refused, conf, endpoint, write)
        self.assertIn('the disk is full', message)

    def test_a_stream_that_is_not_read_to_its_end(self):
        conf = self.configure()
        made = self.listen(
            conf,
            lambda offer: reception.Reception(lambda source: None, None),
        )
        message = self.fails(offers.Refused, conf, made.endpoint, b'x' * 1000)
        self.assertIn('goes on', message)

    def test_more_than_the_maximum(self):
        self.receiver.most_bytes = 1_000_000
        conf = self.secured(self.an_authority())
        endpoint = self.listen(conf).endpoint
        for one in (endpoint, case.far_away(endpoint)):
            self.deliver(conf, one, b'x' * 1_000_000)
            self.assertEqual(1_000_000, len(self.receiver.streams.pop()))
            message = self.fails(offers.Refused, conf, one, b'x' * 1_000_001)
            self.assertIn('more than 1000000 bytes', message)
            self.assertIs(
                exception.DriverError, type(self.receiver.streams.pop())
            )

    def test_too_many_streams(self):
        conf = self.configure(max_streams=1)
        endpoint = self.listen(conf).endpoint

        def write(sink):
            message = self.fails(
                exception.TransientDriverError, conf, endpoint, b'second'
            )
            self.assertIn('max_streams', message)
            sink.write(b'first')

        self.deliver(conf, endpoint, write)
        self.deliver(conf, endpoint, b'third')
        self.assertEqual([b'first', b'third'], self.receiver.streams)

# SPDX-License-Identifier: Apache-2.0
"""Headers of all kinds: only a valid one is accepted."""

import json
from unittest import mock

import hypothesis
from hypothesis import strategies

from manila_groups.backend.transfer import offers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import tokens
from manila_groups.tests import base
from manila_groups.tests.unit.backend.transfer import case

_VALID = json.loads(case.an_offer().line())


def _line(**fields):
    return json.dumps({**_VALID, **fields}).encode() + b'\n'


def _without(name):
    fields = {key: value for key, value in _VALID.items() if key != name}
    return json.dumps(fields).encode() + b'\n'


#: Each with a word of the refusal.
_BAD = [
    (b'\n', 'JSON'),
    (b'{}\n', 'protocol 1'),
    (b'[]\n', 'object'),
    (b'"text"\n', 'object'),
    (b'null\n', 'object'),
    (b'7\n', 'object'),
    (b'not JSON\n', 'JSON'),
    (b'GET / HTTP/1.1\r\n', 'JSON'),
    (b'{"protocol": 1, "protocol": 1}\n', 'JSON'),
    (b'{"protocol": NaN}\n', 'protocol 1'),
    (b'{"protocol": ' + b'9' * 5000 + b'}\n', 'JSON'),
    (b'[' * 5000 + b'\n', 'JSON'),
    (b'{"a":' * 3000 + b'\n', 'JSON'),
    (b'[' * 5000 + b']' * 5000 + b'\n', ''),
    (b'\x00\n', 'JSON'),
    (b'\x00' * 1000 + b'\n', 'JSON'),
    (b'\xff\xfe{}\n', 'JSON'),
    (b'{"protocol": "\xff"}\n', 'JSON'),
    (b'\xef\xbb\xbf' + _line(), 'JSON'),
    (_line(protocol=2), 'releases'),
    (_line(protocol='1'), 'protocol 1'),
    (_line(protocol=True), 'protocol 1'),
    (_line(protocol=1.0), 'protocol 1'),
    (_line(more=1), 'exactly'),
    *((_without(name), '') for name in _VALID),
    *(
        (_line(**{name: value}), name)
        for name in ('migration_id', 'snapshot_id', 'base_id', 'token')
        for value in (
            7,
            True,
            [],
            {},
            '',
            'x',
            f'{case.IDS[0]}\n',
            f'{case.IDS[0]}\x00',
            case.IDS[0].replace('0', '\u0660'),
            '../../etc/passwd',
            '\ud800',
            ['x'],
        )
    ),
    (_line(migration_id=None), 'migration_id'),
    (_line(snapshot_id=None), 'snapshot_id'),
    (_line(token=None), 'token'),
    (_line(token='A' * 64), 'token'),
    (_line(token='0' * 63), 'token'),
    (_line(token='0' * 65), 'token'),
    (_line(format=None), 'format'),
    (_line(format=''), 'format'),
    (_line(format='a b'), 'format'),
    (_line(format='x' * 65), 'format'),
    (_line(format='a\n'), 'format'),
    (_line(drop=None), 'drop'),
    (_line(drop='x'), 'drop'),
    (_line(drop={}), 'drop'),
    (_line(drop=[7]), 'drop'),
    (_line(drop=[[]]), 'drop'),
    (_line(drop=[None]), 'drop'),
    (_line(drop=case.IDS * 90), 'more than 16384'),
    (b'{' * 20_000 + b'\n', 'more than 16384'),
]


class TestParse(base.TestCase):
    def test_valid(self):
        for offer in (
            case.an_offer(),
            case.an_offer(base_id=None, drop=()),
            case.an_offer(drop=tuple(case.IDS * 80)),
        ):
            self.assertEqual(offer, offers.parse(offer.line()))

    def test_invalid(self):
        for line, word in _BAD:
            error = self.assertRaises(offers.Refused, offers.parse, line)
            self.assertIn(word, error.message, line[:100])

    @hypothesis.given(strategies.binary(max_size=200))
    def test_any_bytes(self, line):
        self.assertRaises(offers.Refused, offers.parse, line)

    @hypothesis.given(
        strategies.integers(0, len(_line()) - 1), strategies.integers(0, 255)
    )
    def test_any_other_byte(self, place, value):
        line = bytearray(_line())
        line[place] = value
        try:
            offer = offers.parse(bytes(line))
        except offers.Refused:
            return
        # Another id, format or token is one, too.
        self.assertEqual(json.loads(line)['token'], offer.token)

    def test_nobody_shows_a_token(self):
        offer = case.an_offer()
        self.assertNotIn(offer.token, repr(offer))
        error = self.assertRaises(
            offers.Refused, offers.parse, _line(token='secret')
        )
        self.assertNotIn('secret', error.message)


class TestTokens(base.TestCase):
    def test_none_comes_twice(self):
        made = {tokens.make() for _number in range(1000)}
        self.assertEqual(1000, len(made))
        self.assertEqual({64}, {len(one) for one in made})
        # 256 bits, each of which is not always the same.
        numbers = [int(one, 16) for one in made]
        ones = zeros = 0
        for number in numbers:
            ones, zeros = ones | number, zeros | ~number
        self.assertEqual(2**256 - 1, ones & zeros & (2**256 - 1))

    def test_digest(self):
        self.assertEqual(
            'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
            tokens.digest('abc'),
        )


class TestListener(case.TransferCase):
    """What a listener does with them."""

    def test_each_is_refused(self):
        conf = self.configure()
        endpoint = self.listen(conf).endpoint
        for line, word in _BAD:
            with self.dial(endpoint) as connection:
                found = case.answer_to(connection, line)
            answer = json.loads(found)
            self.assertEqual('refused', answer['answer'], line[:100])
            self.assertIn(word, answer['reason'])
        self.assertEqual([], self.receiver.offers)
        self.deliver(conf, endpoint, b'content')
        self.assertEqual([b'content'], self.receiver.streams)
        # All but the first are written at level DEBUG.
        self.assertEqual(1, len(self.log.output.splitlines()))

    def test_a_header_without_an_end(self):
        endpoint = self.listen(self.configure()).endpoint
        for data in (b'', b'{', _line()[:-1], _line()[:50]):
            with self.dial(endpoint) as connection:
                found = json.loads(case.answer_to(connection, data))
            self.assertEqual('again', found['answer'])
            self.assertIn('cut', found['reason'])
        self.assertEqual([], self.receiver.offers)

    def test_a_header_that_comes_too_slowly(self):
        self.enterContext(mock.patch.object(reception, 'PATIENCE', 0.2))
        endpoint = self.listen(self.configure()).endpoint
        with self.dial(endpoint) as connection:
            connection.sendall(_line()[:50])
            found = json.loads(case.read_all(connection))
        self.assertEqual('again', found['answer'])
        self.assertEqual([], self.receiver.offers)

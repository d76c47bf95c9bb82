# SPDX-License-Identifier: Apache-2.0
"""Addresses of clients: one way to write each, and which are nobody's."""

from manila_groups import addresses
from manila_groups.tests import base


class TestAddresses(base.TestCase):
    def test_each_is_written_in_one_way(self):
        for text, expected in (
            ('192.0.2.1/32', '192.0.2.1'),
            ('192.0.2.0/255.255.255.0', '192.0.2.0/24'),
            ('2001:DB8:0:0::1', '2001:db8::1'),
            ('0.0.0.0/0', '0.0.0.0/0'),
            ('0::/0', '::/0'),
        ):
            self.assertEqual(
                expected, addresses.canonical(addresses.parse(text))
            )

    def test_what_is_mapped_from_ipv4_is_ipv4(self):
        for text, expected in (
            ('::ffff:10.0.0.1', '10.0.0.1'),
            ('::FFFF:a00:1', '10.0.0.1'),
            ('::ffff:10.0.0.1/128', '10.0.0.1'),
            ('::ffff:10.0.0.0/104', '10.0.0.0/8'),
            ('::ffff:0:0/96', '0.0.0.0/0'),
            ('::ffff:0.0.0.0', '0.0.0.0'),
            # More than what is mapped, and something else.
            ('::fffe:0:0/95', '::fffe:0:0/95'),
            ('::10.0.0.1', '::a00:1'),
            ('64:ff9b::a00:1', '64:ff9b::a00:1'),
        ):
            self.assertEqual(
                expected, addresses.canonical(addresses.parse(text))
            )

    def test_bits_of_a_host(self):
        for text in ('10.0.0.1/8', '::ffff:10.0.0.1/104'):
            self.assertRaises(ValueError, addresses.parse, text)
            network = addresses.parse(text, strict=False)
            self.assertEqual('10.0.0.0/8', addresses.canonical(network))

    def test_of_no_client(self):
        for text in (
            '0.0.0.0',
            '0.0.0.0/8',
            '0.0.0.0/31',
            '0.1.2.3',
            '224.0.0.1',
            '224.0.0.0/4',
            '239.255.0.0/16',
            '255.255.255.255',
            '::',
            'ff02::1',
            'ff00::/8',
            '::ffff:0.0.0.0',
            '::ffff:224.0.0.1',
        ):
            reason = addresses.why_no_client(addresses.parse(text))
            self.assertIn('no client has an address of', reason)

    def test_of_clients(self):
        for text in (
            '0.0.0.0/0',
            '0.0.0.0/7',
            '::/0',
            '::/127',
            '::1',
            '127.0.0.1',
            '224.0.0.0/3',
            '240.0.0.1',
            '255.255.255.254/31',
            'fe80::1',
            'fe00::/7',
        ):
            network = addresses.parse(text)
            self.assertIsNone(addresses.why_no_client(network), text)

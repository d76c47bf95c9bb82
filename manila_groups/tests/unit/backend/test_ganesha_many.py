# SPDX-License-Identifier: Apache-2.0
"""Exports of several shares at once."""

from unittest import mock

from jeepney.io import blocking

from manila_groups import exception
from manila_groups.tests.unit.backend import ganesha_case


class TestMany(ganesha_case.GaneshaTestCase):
    def test_many_shares_share_a_connection(self):
        shares = [self.make_share() for _ in range(3)]
        wanted = [
            (one.id, str(one.path), ganesha_case.READ_ONLY) for one in shares
        ]
        connect = mock.Mock(side_effect=blocking.prep_socket)
        with mock.patch.object(blocking, 'prep_socket', connect):
            self.exports.publish(wanted)
            self.assertEqual(1, connect.call_count)
            self.assertEqual(
                [one.id for one in shares], [one.read() for one in shares]
            )
            self.exports.withdraw(*(one.id for one in shares))
        self.assertEqual(2, connect.call_count)
        self.assertGone()

    def test_connection_is_lost_meanwhile(self):
        one, two = [self.make_share() for _ in range(2)]

        def wanted():
            yield one.id, str(one.path), ganesha_case.READ_ONLY
            self.exports._bus._thread.connection.sock.shutdown(2)
            yield two.id, str(two.path), ganesha_case.READ_ONLY

        self.assertRaises(
            exception.TransientDriverError, self.exports.publish, wanted()
        )
        self.assertTrue(one.mountable())
        self.assertFalse(two.mountable())
        two.publish(ganesha_case.READ_ONLY)
        self.assertTrue(two.mountable())

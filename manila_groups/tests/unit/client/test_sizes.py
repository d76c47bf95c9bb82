# SPDX-License-Identifier: Apache-2.0
"""Sizes for people and for programs."""

from manila_groups.client import sizes
from manila_groups.tests import base


class SizesTestCase(base.TestCase):
    def test_what_people_read(self):
        for size, expected in (
            (0, '0 B'),
            (1, '1 B'),
            (1023, '1023 B'),
            (1024, '1 KiB'),
            (1536, '1.5 KiB'),
            (1024**2 - 1, '1 MiB'),
            (1024**2, '1 MiB'),
            (10 * 1024**3, '10 GiB'),
            (3 * 1024**6, '3 EiB'),
        ):
            self.assertEqual(expected, sizes.text(size))

    def test_units_of_the_service(self):
        size = sizes.Size(3, sizes.GIB)
        self.assertEqual('3 GiB', size.human_readable())
        self.assertEqual(3, size.machine_readable())

    def test_none(self):
        size = sizes.Size(None)
        self.assertEqual('None', size.human_readable())
        self.assertIsNone(size.machine_readable())

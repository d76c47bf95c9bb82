# SPDX-License-Identifier: Apache-2.0
"""The class that every test of the project derives from."""

import testtools


class TestCase(testtools.TestCase):
    """A test that needs nothing but the checkout."""

# SPDX-License-Identifier: Apache-2.0
"""How messages name a row."""

import types

from manila_groups import utils
from manila_groups.tests import base


class TestLabel(base.TestCase):
    def test_a_name_stands_beside_the_id(self):
        for name, label in (('db', 'i ("db")'), ('', 'i'), (None, 'i')):
            row = types.SimpleNamespace(id='i', name=name)
            self.assertEqual(label, utils.label(row))

# SPDX-License-Identifier: Apache-2.0
from manila_groups.api.schemas import share_types as schemas
from manila_groups.domain.types import specs
from manila_groups.tests import base


class WellKnownSpecsTestCase(base.TestCase):
    def test_each_has_a_rule_for_its_values(self):
        self.assertEqual(specs.WELL_KNOWN, set(schemas.WELL_KNOWN_SPECS))

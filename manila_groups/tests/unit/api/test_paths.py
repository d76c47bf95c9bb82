# SPDX-License-Identifier: Apache-2.0

from manila_groups.api import paths
from manila_groups.tests import base


class TidyTestCase(base.TestCase):
    def test_slashes(self):
        for path, expected in (
            ('/', '/'),
            ('//', '/'),
            ('/v2//', '/v2/'),
            ('//v2///shares', '/v2/shares'),
            ('/v2//project//shares/x', '/v2/project/shares/x'),
            ('/v2/shares//x', '/v2/shares//x'),
            ('/v2/types//extra_specs', '/v2/types//extra_specs'),
            ('/v2//shares/x/metadata//a//b/', '/v2/shares/x/metadata//a//b/'),
            ('/v2/shares/x/metadata/a\n//b', '/v2/shares/x/metadata/a\n//b'),
            ('/v2/shares/shares//x', '/v2/shares/shares//x'),
            ('/v2//sharesx//y', '/v2/sharesx/y'),
            ('//healthcheck//messaging', '/healthcheck/messaging'),
        ):
            self.assertEqual(expected, paths.tidy(path))

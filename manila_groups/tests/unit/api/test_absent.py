# SPDX-License-Identifier: Apache-2.0
import sys

from manila_groups import exception
from manila_groups.api import absent
from manila_groups.api import microversions
from manila_groups.api import router
from manila_groups.api import routes
from manila_groups.tests import base


def controllers():
    """Controllers without what they need to work."""
    modules = {
        one.__module__
        for _path, methods in routes.TABLE
        for target in methods.values()
        for one in (target.values() if isinstance(target, dict) else [target])
    }
    classes = [sys.modules[name].Controller for name in modules]
    return [one.__new__(one) for one in classes]


class AbsentTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.router = router.Router(controllers())

    def test_what_each_row_names_is_not_here(self):
        for row in absent.PATHS:
            for prefix in ('/v2', '/v2/project'):
                path = prefix + row.path.replace('*', 'x')
                error = self.assertRaises(
                    (exception.NotFound, exception.MethodNotAllowed),
                    self.router.match,
                    path,
                    'POST',
                    microversions.MAX,
                )
                sentence = f'This service has no {row.noun}.'
                self.assertTrue(error.message.startswith(sentence), path)

    def test_no_row_hides_another(self):
        for row in absent.PATHS:
            found = absent.explain_path(row.path.replace('*', 'x'))
            self.assertEqual(f'This service has no {row.noun}.', found)

    def test_no_action_of_the_table_is_here(self):
        match = self.router.match(
            '/v2/shares/x/action', 'POST', microversions.MAX
        )
        self.assertEqual(set(), absent.ACTIONS.keys() & match.actions.keys())
        for name in absent.ACTIONS:
            error = self.assertRaises(
                exception.Invalid, match.choose_action, {name: None}
            )
            self.assertIn(f"'{name}'", error.message)

    def test_what_is_here_is_not_in_the_table(self):
        for path, methods in routes.TABLE:
            if 'POST' in methods:
                self.assertIsNone(absent.explain_path(path), path)

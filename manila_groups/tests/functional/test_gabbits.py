# SPDX-License-Identifier: Apache-2.0
"""The HTTP tests: one class for each request of the files in gabbits."""

import pathlib

from gabbi import driver

from manila_groups.tests.functional import gabbi_fixtures

_FILES = pathlib.Path(__file__).parent / 'gabbits'


def load_tests(loader, _tests, _pattern):
    """Make tests of the files, for unittest's load_tests protocol."""
    return driver.build_tests(
        str(_FILES),
        loader,
        intercept=lambda: gabbi_fixtures.CURRENT,
        fixture_module=gabbi_fixtures,
        test_loader_name=__name__,
    )

# SPDX-License-Identifier: Apache-2.0
"""The HTTP tests: one class for each request of the files in gabbits."""

import pathlib
import unittest

from gabbi import handlers
from gabbi import suitemaker
from gabbi import utils

from manila_groups.tests.functional import gabbi_fixtures

_FILES = pathlib.Path(__file__).parent / 'gabbits'


def load_tests(loader, _tests, _pattern):
    """Make tests of the files, for unittest's load_tests protocol."""
    return unittest.TestSuite(
        _suite(loader, file) for file in sorted(_FILES.glob('*.yaml'))
    )


def _suite(loader, file):
    # As gabbi.driver does, whose tests have a host of no name.
    return suitemaker.test_suite_from_dict(
        loader,
        file.stem,
        utils.load_yaml(yaml_file=str(file)),
        str(_FILES),
        'localhost',
        8786,
        gabbi_fixtures,
        lambda: gabbi_fixtures.CURRENT,
        test_loader_name=__name__,
        handlers=[one() for one in handlers.RESPONSE_HANDLERS],
    )

# SPDX-License-Identifier: Apache-2.0
"""The examples on the page for authors of clients."""

import pathlib
import re
import subprocess
import sys
import textwrap

from manila_groups.tests.functional import client_case
from manila_groups.tests.functional import processes

PAGE = (
    pathlib.Path(__file__).parents[3] / 'doc/source/contributor/axis.rst'
).read_text()
PROGRAMS = re.findall(r'code-block:: python\n\n((?: {3}.*\n|\n)+)', PAGE)
#: Where the service is in the examples.
ENDPOINT = 'http://127.0.0.1:8786/v2'


class TestAxisPage(client_case.ClientTest):
    def run_program(self, text):
        self.assertEqual(1, text.count(ENDPOINT))
        return subprocess.run(
            [sys.executable, '-c', text.replace(ENDPOINT, self.url)],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=processes.PATIENCE,
        )

    def test_the_programs(self):
        group_id = self.api.create(name='shop')
        self.assertTrue(self.api.becomes(group_id, 'available'))
        self.assertEqual(2, len(PROGRAMS))
        for text in PROGRAMS:
            ended = self.run_program(textwrap.dedent(text))
            self.assertEqual((0, ''), (ended.returncode, ended.stderr), text)
            self.assertEqual('[]', ended.stdout.splitlines()[-1])

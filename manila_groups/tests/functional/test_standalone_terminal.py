# SPDX-License-Identifier: Apache-2.0
"""What the service in one process tells whoever has started it."""

from manila_groups.tests.functional import standalone_case


class TestWarnings(standalone_case.StandaloneTest):
    def test_a_misspelt_option(self):
        text = '[DEFAULT]\nenabled_backend = beta\n'
        program, client = self.started('--config-file', self.write(text))
        self.assertTrue(client.answers())
        self.assertRegex(
            program.complained(),
            r'^Warning: \[DEFAULT\] enabled_backend: .*written.conf.*; '
            r'did you mean enabled_backends\?\n$',
        )
        log = (self.state / 'manila-groups.log').read_text()
        self.assertIn('did you mean enabled_backends?', log)

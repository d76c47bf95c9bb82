# SPDX-License-Identifier: Apache-2.0
"""What the tests with restic itself have in common."""

import os
import pathlib
import subprocess

import fixtures

from manila_groups import conf as configuration
from manila_groups.backup import engine as engines
from manila_groups.backup import restic
from manila_groups.backup import running
from manila_groups.backup import versions
from manila_groups.tests import base
from manila_groups.tests import servers

PROJECT = 'd5b9a7c1e2f34b0c8e6a1f2b3c4d5e6f'
SECRET = 'a secret that is as long as it has to be'


def need_restic(test) -> str:
    """Find a restic that can do all; skip the test where there is none."""
    program = servers.need_program(test, 'restic')
    said = subprocess.run(
        [program, 'version'], capture_output=True, text=True, check=True
    ).stdout
    features = versions.parse(said, program)
    if features.limits():
        servers.not_there(test, 'restic 0.17', f'{program} is {features}')
    return program


def source(backup_id, path, share_ids, parent=None, known=()):
    """Describe what is to be saved."""
    return engines.Source(
        backup_id=backup_id,
        share_group_id='group',
        path=str(path),
        share_ids=share_ids,
        parent=parent,
        known=known,
    )


def ignore(_done, _total):
    """Take a report."""


class ResticTestCase(base.TestCase):
    """An engine with a repository of its own.

    :ivar path: a directory for anything
    """

    def setUp(self):
        super().setUp()
        self.program = need_restic(self)
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir(rootdir=base.in_memory())).path
        )
        self.secret = self.path / 'secret'
        self.write_secret(SECRET)
        self.engine = self.make()

    def write_secret(self, text):
        self.secret.write_text(text)
        self.secret.chmod(0o600)

    def make(self, runner=None, **options):
        """Make an engine that can work."""
        conf = configuration.new(with_pipeline=False)
        conf([], default_config_files=[])
        for name, value in {
            'repository': str(self.path / 'repositories'),
            'secret_file': str(self.secret),
            'command': self.program,
            'cache_directory': str(self.path / 'cache'),
            **options,
        }.items():
            conf.set_override(name, value, 'backup')
        made = restic.Restic(conf, runner or running.Direct())
        made.setup()
        return made

    @property
    def repository(self):
        return self.path / 'repositories' / PROJECT

    def shares(self, name='source', **files):
        """Make a directory with files of shares: share__file='content'.

        :returns: its path
        """
        for file, content in files.items():
            path = self.path / name / file.replace('__', '/')
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return self.path / name

    def save(
        self,
        backup_id,
        path,
        parent=None,
        engine=None,
        report=None,
        known=(),
        project=PROJECT,
    ):
        share_ids = tuple(sorted(os.listdir(path)))
        return (engine or self.engine).save(
            project,
            source(backup_id, path, share_ids, parent, known),
            report or ignore,
        )

    def restore(self, reference, name='target', engine=None):
        """Restore to a new directory; returns its path."""
        path = self.path / name
        path.mkdir()
        (engine or self.engine).restore(PROJECT, reference, str(path), ignore)
        return path

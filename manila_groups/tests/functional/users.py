# SPDX-License-Identifier: Apache-2.0
"""The two files of the pipeline http_basic."""

import base64
import os
import pathlib

import bcrypt
import fixtures
import yaml

USERS = {
    'reader': {'project_id': 'shop', 'roles': ['reader']},
    'member': {'project_id': 'shop', 'roles': ['member']},
    'manager': {'project_id': 'shop', 'roles': ['manager']},
    'admin': {'project_id': 'admin', 'roles': ['admin']},
    'service': {'project_id': 'shop', 'roles': ['service']},
}


class UsersFixture(fixtures.Fixture):
    """The files, with the users above and one who is in no project.

    Every password is "secret".

    :ivar overrides: of the configuration, so that the pipeline uses them
    """

    def _setUp(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.htpasswd = directory / 'htpasswd'
        self.users = directory / 'users.yaml'
        self.overrides = {
            'api': {'auth_strategy': 'http_basic'},
            'http_basic': {
                'htpasswd_file': str(self.htpasswd),
                'users_file': str(self.users),
            },
        }
        self._changes = 0
        self.write(
            self.htpasswd,
            ''.join(entry(name, 'secret') for name in (*USERS, 'lost')),
        )
        self.write(self.users, yaml.safe_dump(USERS))

    def write(self, file, text):
        """Write one of the files, with another time than before."""
        file.write_text(text)
        self._changes += 1
        os.utime(file, (self._changes, self._changes))


def entry(name: str, password: str) -> str:
    """Make a line of an htpasswd file."""
    digest = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    return f'{name}:{digest}\n'


def header(name: str, password: str) -> dict[str, str]:
    """Make the header that a client sends."""
    pair = base64.b64encode(f'{name}:{password}'.encode()).decode()
    return {'Authorization': f'Basic {pair}'}

# SPDX-License-Identifier: Apache-2.0
"""Users, passwords, projects and roles, from two files."""

import dataclasses
import hmac
import os
import re
import secrets
import threading
from typing import Any

from oslo_middleware import basic_auth
import webob.exc
import yaml

from manila_groups import exception

#: A bcrypt digest; oslo.middleware checks only its beginning.
_ENTRY = re.compile(
    r'[^:]{1,255}:\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}'
)


@dataclasses.dataclass(frozen=True)
class User:
    """A user in the users file.

    :ivar roles: without implied roles
    """

    project_id: str
    roles: tuple[str, ...]


class Passwords:
    """Checks passwords against the lines of an htpasswd file.

    A bcrypt check is slow on purpose.  After the first success, a keyed hash
    that is only in memory recognizes the password.

    :param lines: the lines of the file
    :raises ValueError: a line is invalid
    """

    def __init__(self, lines: list[str]):
        self._entries: dict[str, Any] = {}
        for number, line in enumerate(map(str.strip, lines), 1):
            if line and not line.startswith('#'):
                self._add(number, line)
        self._key = secrets.token_bytes(32)
        self._passed: dict[str, Any] = {}

    def _add(self, number, line):
        name = line.partition(':')[0]
        if not _ENTRY.fullmatch(line):
            raise ValueError(
                f'line {number} is not a user, a colon and a bcrypt digest'
            )
        if name in self._entries:
            raise ValueError(f'line {number} defines {name} a second time')
        self._entries[name] = line

    def check(self, name: str, password: bytes) -> bool:
        """Tell whether this is the user's password."""
        if name not in self._entries:
            self._take_as_long(password)
            return False
        tag = hmac.digest(self._key, password, 'sha256')
        if hmac.compare_digest(self._passed.get(name, b''), tag):
            return True
        if _is_right(self._entries[name], password):
            self._passed[name] = tag
            return True
        return False

    def _take_as_long(self, password):
        """Take the time of a check, so that it does not reveal user names."""
        for entry in self._entries.values():
            _is_right(entry, password)
            return


def _is_right(entry, password):
    try:
        basic_auth.auth_entry(entry, password)
    except (webob.exc.HTTPException, ValueError):
        # bcrypt refuses passwords of more than 72 bytes.
        return False
    return True


class Accounts:
    """The current content of the two files.

    :param htpasswd_file: the file with the passwords
    :param users_file: the YAML file with each user's project and roles
    :raises ConfigurationError: a file cannot be used; the message is one line
    """

    def __init__(self, htpasswd_file: str, users_file: str):
        self._passwords = _File(
            htpasswd_file, lambda file: Passwords(file.readlines())
        )
        self._users = _File(users_file, _read_users)
        self._passwords.load()
        self._users.load()

    def check(self, name: str, password: bytes) -> bool:
        """Tell whether this is the user's password."""
        return self._passwords.load().check(name, password)

    def find(self, name: str) -> User | None:
        """Find a user in the users file."""
        return self._users.load().get(name)


class _File:
    """A file that is read again when it has changed.

    :param read: parses the open file
    """

    def __init__(self, path, read):
        self._path = path
        self._read = read
        self._lock = threading.Lock()
        self._state = None
        self._content = None

    def load(self):
        """Return the parsed content of the current file."""
        try:
            found = os.stat(self._path)
            state = found.st_mtime_ns, found.st_size, found.st_ino
            with self._lock:
                if state != self._state:
                    with open(self._path, encoding='utf-8') as file:
                        self._content = self._read(file)
                    self._state = state
                return self._content
        except (OSError, ValueError, yaml.YAMLError) as error:
            reason = ' '.join(str(error).split())
            raise exception.ConfigurationError(
                f'[http_basic] {self._path} cannot be used: {reason}'
            ) from error


def _read_users(file):
    found = yaml.safe_load(file)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError('it is not a mapping of users')
    return {name: _read_user(name, found[name]) for name in found}


def _read_user(name, found):
    if not _is_text(name):
        raise ValueError(
            f'the user {name!r} is not a string: put it in quotes'
        )
    if not isinstance(found, dict) or set(found) != {'project_id', 'roles'}:
        raise ValueError(f'{name} must have only project_id and roles')
    project_id, roles = found['project_id'], found['roles']
    if not _is_text(project_id):
        raise ValueError(
            f'{name}: project_id must be a string of 1 to 255 characters'
        )
    if (
        not isinstance(roles, list)
        or not roles
        or not all(map(_is_text, roles))
    ):
        raise ValueError(f'{name}: roles must be a list of names')
    return User(project_id, tuple(roles))


def _is_text(value):
    return isinstance(value, str) and 0 < len(value) <= 255

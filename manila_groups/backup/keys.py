# SPDX-License-Identifier: Apache-2.0
"""The keys of repositories, one for each project, all from one secret."""

import hashlib
import hmac
import os
import pathlib
import stat
from typing import Any

from oslo_config import cfg

from manila_groups import exception

#: How many bytes a secret must have at least.
_LEAST = 32


class Keys:
    """Makes keys.

    :param secret: the secret, which no message shows
    """

    def __init__(self, secret: bytes):
        self._secret = secret

    def of(self, project_id: str) -> str:
        """Make the key of a project's repository, always the same one."""
        made = hmac.new(self._secret, project_id.encode(), hashlib.sha256)
        return made.hexdigest()


def load(conf: cfg.ConfigOpts) -> Keys:
    """Read the secret where the configuration says.

    :raises DriverError: naming the option, there is none that can be used
    """
    section = conf.backup
    if section.secret_file:
        name = f'[backup] secret_file = {section.secret_file}'
        secret = read_private(section.secret_file, name).strip()
    else:
        name = f'[backup] secret_id = {section.secret_id}'
        secret = _from_key_manager(conf, section.secret_id, name)
    if len(secret) < _LEAST:
        raise exception.DriverError(
            f'{name}: the secret has {len(secret)} bytes, and must have at '
            f'least {_LEAST}; "openssl rand -hex 32" prints one'
        )
    return Keys(secret)


def read_private(path: str, name: str) -> bytes:
    """Read a file that nobody else may read.

    :param name: what the message begins with
    :raises DriverError: it can't be read, or others can
    """
    try:
        with pathlib.Path(path).open('rb') as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except OSError as error:
        raise exception.DriverError(
            f'{name}: {error.strerror or error}'
        ) from error
    if stat.S_IMODE(mode) & (stat.S_IRWXO | stat.S_IWGRP):
        raise exception.DriverError(
            f'{name}: others may read or change the file; "chmod 600" it'
        )
    return content


def _from_key_manager(
    conf: cfg.ConfigOpts, secret_id: str, name: str
) -> bytes:
    # Most services have the secret in a file, and need no library for it.
    try:
        from castellan import key_manager
        from castellan.common import utils
    except ImportError as error:
        raise exception.DriverError(
            f'{name} needs castellan, which cannot be imported: {error}. '
            'Install manila-groups[barbican]'
        ) from error
    try:
        manager: Any = key_manager.API(conf)
        context = utils.credential_factory(conf=conf)
        found = manager.get(context, secret_id).get_encoded()
    except Exception as error:
        # Each key manager has exceptions of its own.
        raise exception.DriverError(
            f'{name}: the key manager does not give it: '
            f'{type(error).__name__}: {error}'
        ) from error
    return found if isinstance(found, bytes) else str(found).encode()

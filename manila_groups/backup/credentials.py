# SPDX-License-Identifier: Apache-2.0
"""What logs restic in to where the repositories are."""

import re

from manila_groups import exception
from manila_groups.backup import keys

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')

#: Names that the engine gives a value itself, or that change what runs: to
#: say so with the line. What root's restic gets is decided where it starts.
_NOT_TAKEN = re.compile(
    r'RESTIC_(PASSWORD|REPOSITORY|FROM_|KEY_HINT|FEATURES|PROGRESS_FPS).*'
    r'|LD_.*|PATH|LC_ALL'
)


def load(path: str | None) -> dict[str, str]:
    """Read a file with lines NAME=value; there may be comments with ``#``.

    :param path: None for no variables
    :raises DriverError: naming the option, the line and the rule
    """
    if path is None:
        return {}
    name = f'[backup] credentials_file = {path}'
    content = keys.read_private(path, name).decode(errors='replace')
    found = {}
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith('#'):
            key, value = _variable(line, f'{name}, line {number}')
            found[key] = value
    return found


def _variable(line: str, where: str) -> tuple[str, str]:
    key, equals, value = line.strip().removeprefix('export ').partition('=')
    if not equals or not _NAME.fullmatch(key):
        # Not what stands there: it may be a secret.
        raise exception.DriverError(f'{where}: must be NAME=value')
    if _NOT_TAKEN.fullmatch(key):
        raise exception.DriverError(f"{where}: {key} can't be set here")
    if len(value) > 1 and value[0] == value[-1] and value[0] in '\'"':
        value = value[1:-1]
    return key, value

# SPDX-License-Identifier: Apache-2.0
"""The code of the release before: before the migrations of this one."""

import atexit
import functools
import pathlib
import re
import subprocess
import tarfile
import tempfile

from manila_groups.tests import servers

#: The newest migration of the release before.
NEWEST_MIGRATION = '0006'

_ROOT = pathlib.Path(__file__).parents[2]
_MIGRATIONS = 'manila_groups/db/migrations/versions'
_VERSION = re.compile(r"^VERSION = '([\d.]+)'$", re.MULTILINE)


def unpack(test) -> pathlib.Path:
    """Unpack the previous version, once for this process.

    A test is skipped without the history of the code: see
    :func:`servers.not_there`.

    :returns: the directory that its package is in
    """
    try:
        return _unpack()
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode().strip()
    except OSError as error:
        reason = error
    return servers.not_there(test, 'the history of the code', reason)


@functools.cache
def _unpack():
    directory = tempfile.TemporaryDirectory()
    atexit.register(directory.cleanup)
    root = pathlib.Path(directory.name)
    archive = root / 'archive.tar'
    _git('archive', '--output', archive, _commit())
    with tarfile.open(archive) as packed:
        packed.extractall(root, filter='data')
    return root


def _commit():
    """Find the commit before the first migration of this release."""
    files = (_ROOT / _MIGRATIONS).glob('[0-9]*.py')
    first = min(one for one in files if one.name[:4] > NEWEST_MIGRATION)
    path = first.relative_to(_ROOT)
    added = _git('log', '-1', '--diff-filter=A', '--format=%H', '--', path)
    # One that is still being written is not in the last commit.
    return f'{added}^' if added else 'HEAD'


def _git(*arguments):
    command = ['git', '-C', _ROOT, *arguments]
    done = subprocess.run(command, check=True, capture_output=True)
    return done.stdout.decode().strip()


def spoken(root: pathlib.Path, role: str) -> str:
    """Find out which version of its messages a version of the code speaks.

    :param role: who takes them: scheduler or backend
    """
    package = root / 'manila_groups'
    # Older versions have it beside the process that takes the messages.
    places = (package / 'rpc' / f'{role}.py', package / role / 'rpcapi.py')
    text = next(path for path in places if path.exists()).read_text()
    return _VERSION.search(text)[1]

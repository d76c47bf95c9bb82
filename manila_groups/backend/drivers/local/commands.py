# SPDX-License-Identifier: Apache-2.0
"""Functions that may need root; their arguments are plain data.

Paths are absolute and below the directories of a back end. The commands do not
follow symbolic links.
"""

import contextlib
import os
import shlex
import subprocess

from oslo_concurrency import processutils

from manila_groups import bound
from manila_groups import exception
from manila_groups.backend.drivers.local import programs

_ENVIRONMENT = {
    'LC_ALL': 'C',
    'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
}

#: How many seconds to wait for the end of a killed command.
_PATIENCE = 5

#: The end of the messages of cp and du about a file that has vanished.
_VANISHED = ': No such file or directory'


def _run(timeout, *command, busy=None):
    """Run a command and return its output.

    :param busy: a directory that clients may change meanwhile: files that
        vanish from it are not an error
    """
    try:
        return processutils.execute(
            *bound.command(*command),
            env_variables=_ENVIRONMENT,
            timeout=timeout,
            on_completion=_end,
        )[0]
    except subprocess.TimeoutExpired as error:
        reason = f'took longer than local_command_timeout = {timeout} seconds'
        raise _failed(command, reason) from error
    except processutils.ProcessExecutionError as error:
        if busy and _only_vanished(busy, error):
            return error.stdout
        raise _failed(command, (error.stderr or '').strip()[:1000]) from error
    except OSError as error:
        raise _failed(command, str(error)) from error


def _end(process):
    # Otherwise a command would run on after its time limit. One that waits
    # for a disk that does not answer cannot even be killed.
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)


def _only_vanished(directory, error):
    lines = error.stderr.splitlines()
    return (
        error.exit_code == 1
        and os.path.lexists(directory)
        and lines != []
        and all(
            f"'{directory}/" in line and line.endswith(_VANISHED)
            for line in lines
        )
    )


def _failed(command, reason):
    return exception.DriverError(f'{shlex.join(command)}: {reason}')


def check(timeout: float) -> int:
    """Return the numeric user id that the functions here run as."""
    return os.geteuid()


def remove(timeout: float, path: str) -> None:
    """Remove a directory tree, a file or a link; it may be gone already."""
    command = ('rm', '-rf', '--one-file-system', '--', path)
    try:
        _run(timeout, *command)
    except exception.DriverError:
        # Attributes and modes can make rm fail although we may change them.
        for unlock in (
            ('chattr', '-R', '-f', '-ia'),
            ('chmod', '-R', 'u+rwX'),
        ):
            with contextlib.suppress(exception.DriverError):
                _run(timeout, *unlock, path)
        _run(timeout, *command)


def rename(timeout: float, source: str, target: str) -> None:
    """Move a directory within its file system; it may be gone already."""
    with contextlib.suppress(FileNotFoundError):
        os.rename(source, target)


def copy(timeout: float, source: str, target: str) -> None:
    """Copy a directory tree to a new one.

    Owners, modes, times, extended attributes, hard links and holes are
    kept; blocks are shared if the file system supports it.
    """
    _run(
        timeout,
        *('cp', '--archive', '--reflink=auto', '--no-target-directory'),
        *('--', source, target),
        busy=source,
    )


def flush(timeout: float, path: str) -> None:
    """Make everything on the file system of a path durable."""
    _run(timeout, 'sync', '--file-system', '--', path)


def usage(timeout: float, path: str) -> int:
    """Return how many bytes of storage a directory tree uses."""
    command = ('du', '--summarize', '--one-file-system', '--block-size=1')
    text = _run(timeout, *command, '--', path, busy=path)
    return int(text.split()[0])


def enable_quotas(timeout: float, path: str) -> None:
    """Enable quotas on the Btrfs of a path."""
    _run(timeout, 'btrfs', 'quota', 'enable', path)


def make_subvolume(
    timeout: float, path: str, mode: int, user: int, group: int
) -> None:
    """Create a Btrfs subvolume unless it exists; set mode and owners."""
    if not os.path.lexists(path):
        _run(timeout, 'btrfs', 'subvolume', 'create', path)
    os.chown(path, user, group, follow_symlinks=False)
    os.chmod(path, mode)


def number_subvolume(timeout: float, path: str) -> int:
    """Find the number of a Btrfs subvolume, also without access to it."""
    return int(_run(timeout, 'btrfs', 'inspect-internal', 'rootid', path))


def snapshot(
    timeout: float, source: str, target: str, read_only: bool
) -> None:
    """Create an atomic snapshot of a Btrfs subvolume."""
    options = ['-r'] if read_only else []
    _run(timeout, 'btrfs', 'subvolume', 'snapshot', *options, source, target)


def delete_subvolume(timeout: float, path: str) -> None:
    """Remove a Btrfs subvolume; the kernel frees its space later."""
    _run(timeout, 'btrfs', 'subvolume', 'delete', path)


def limit_subvolume(timeout: float, path: str, size: int) -> None:
    """Limit the data of a Btrfs subvolume; 0 bytes for no limit."""
    _run(timeout, 'btrfs', 'qgroup', 'limit', str(size or 'none'), path)


def forget_subvolume(timeout: float, path: str, number: int) -> None:
    """Remove the quota group of a deleted subvolume.

    Linux 6.11 and later remove it when the space is freed, and refuse to do so
    before. Older versions never remove it.
    """
    with contextlib.suppress(exception.DriverError):
        _run(timeout, 'btrfs', 'qgroup', 'destroy', f'0/{number}', path)


def mount(timeout: float, source: str, target: str) -> None:
    """Bind-mount a directory on another one."""
    _run(timeout, 'mount', '--bind', '--', source, target)


def unmount(timeout: float, path: str) -> None:
    """Unmount a directory, even if files in it are open."""
    _run(timeout, 'umount', '--lazy', '--', path)


#: The only functions that can be called with privileges, by name.
FUNCTIONS = {
    function.__name__: function
    for function in (
        check,
        remove,
        rename,
        copy,
        flush,
        usage,
        enable_quotas,
        make_subvolume,
        number_subvolume,
        snapshot,
        delete_subvolume,
        limit_subvolume,
        forget_subvolume,
        mount,
        unmount,
        programs.start_program,
        programs.read_program,
        programs.end_program,
    )
}

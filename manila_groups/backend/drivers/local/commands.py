# SPDX-License-Identifier: Apache-2.0
"""What may need root, as functions that take plain data.

Paths are absolute and below a back end's own directories. None of the
commands follows a symbolic link that it finds.
"""

import contextlib
import os
import shlex
import subprocess

from oslo_concurrency import processutils

from manila_groups import exception

_ENVIRONMENT = {
    'LC_ALL': 'C',
    'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
}

#: A command must not outlive its process, whose work will be repeated.
_BOUND = ('setpriv', '--pdeathsig', 'KILL', '--')

#: How many seconds a command that was killed may take to be gone.
_PATIENCE = 5

#: How cp and du end what they say of a file that has gone meanwhile.
_VANISHED = ': No such file or directory'


def _run(timeout, *command, busy=None):
    """Run a command and return its output.

    :param busy: a directory that clients change meanwhile: files that
        vanish from it are no failure
    """
    try:
        return processutils.execute(
            *_BOUND,
            *command,
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
    # One that reached its time limit is left running otherwise. What waits
    # for a disk that does not answer can't even be killed.
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
    """Return who the functions here work as: a numeric user id."""
    return os.geteuid()


def remove(timeout: float, path: str) -> None:
    """Remove a directory tree, a file or a link; it may be gone already."""
    command = ('rm', '-rf', '--one-file-system', '--', path)
    try:
        _run(timeout, *command)
    except exception.DriverError:
        # Attributes and modes stand in the way even of who may remove them.
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
    """Copy a directory tree into one that is not there yet.

    Owners, modes, times, extended attributes, hard links and holes are
    kept; blocks are shared where the file system can.
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
    """Say how many bytes of storage a directory tree takes."""
    command = ('du', '--summarize', '--one-file-system', '--block-size=1')
    text = _run(timeout, *command, '--', path, busy=path)
    return int(text.split()[0])


def enable_quotas(timeout: float, path: str) -> None:
    """Make the Btrfs that a path is on count what subvolumes hold."""
    _run(timeout, 'btrfs', 'quota', 'enable', path)


def make_subvolume(
    timeout: float, path: str, mode: int, user: int, group: int
) -> None:
    """Make a Btrfs subvolume, unless it is there, with mode and owners."""
    if not os.path.lexists(path):
        _run(timeout, 'btrfs', 'subvolume', 'create', path)
    os.chown(path, user, group, follow_symlinks=False)
    os.chmod(path, mode)


def number_subvolume(timeout: float, path: str) -> int:
    """Find the number of a Btrfs subvolume, also of one that is closed."""
    return int(_run(timeout, 'btrfs', 'inspect-internal', 'rootid', path))


def snapshot(
    timeout: float, source: str, target: str, read_only: bool
) -> None:
    """Make a snapshot of a Btrfs subvolume: one moment of all in it."""
    options = ['-r'] if read_only else []
    _run(timeout, 'btrfs', 'subvolume', 'snapshot', *options, source, target)


def delete_subvolume(timeout: float, path: str) -> None:
    """Remove a Btrfs subvolume; the kernel frees its space later."""
    _run(timeout, 'btrfs', 'subvolume', 'delete', path)


def limit_subvolume(timeout: float, path: str, size: int) -> None:
    """Limit what a Btrfs subvolume refers to; 0 bytes are no limit."""
    _run(timeout, 'btrfs', 'qgroup', 'limit', str(size or 'none'), path)


def forget_subvolume(timeout: float, path: str, number: int) -> None:
    """Remove the quota group of a subvolume that is gone.

    Linux from 6.11 on removes it itself when the space is free, and refuses
    to do it before; an older one never does it itself.
    """
    with contextlib.suppress(exception.DriverError):
        _run(timeout, 'btrfs', 'qgroup', 'destroy', f'0/{number}', path)


def mount(timeout: float, source: str, target: str) -> None:
    """Mount a directory, with what is in it, at another place, too."""
    _run(timeout, 'mount', '--bind', '--', source, target)


def unmount(timeout: float, path: str) -> None:
    """End a mount, though files may still be open through it."""
    _run(timeout, 'umount', '--lazy', '--', path)


#: What can be called with privileges, by name, and nothing else.
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
    )
}

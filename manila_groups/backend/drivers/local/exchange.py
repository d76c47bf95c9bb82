# SPDX-License-Identifier: Apache-2.0
"""Two directories that change places in one step, which Python cannot do."""

import ctypes
import errno
import os

# From linux/fcntl.h and linux/fs.h.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def exchange(one: str, other: str) -> None:
    """Let two paths change places; at no time is one of them missing.

    :raises OSError: the file system cannot, or the paths are not on one
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError as error:
        missing = 'the C library has no renameat2'
        raise OSError(errno.ENOSYS, missing, one) from error
    if renameat2(
        _AT_FDCWD,
        os.fsencode(one),
        _AT_FDCWD,
        os.fsencode(other),
        _RENAME_EXCHANGE,
    ):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), one)

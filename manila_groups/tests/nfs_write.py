# SPDX-License-Identifier: Apache-2.0
"""Write standard input over a file that is there, as an NFS client does.

usage: python -m manila_groups.tests.nfs_write URL

The URL is one for the programs of libnfs, which make new files only.
"""

import ctypes
import ctypes.util
import os
import sys


class _Url(ctypes.Structure):
    _fields_ = [
        ('server', ctypes.c_char_p),
        ('path', ctypes.c_char_p),
        ('file', ctypes.c_char_p),
    ]


def _library():
    # nfs-cp and the others depend on this one.
    libnfs = ctypes.CDLL(ctypes.util.find_library('nfs') or 'libnfs.so')
    libnfs.nfs_init_context.restype = ctypes.c_void_p
    libnfs.nfs_parse_url_full.restype = ctypes.POINTER(_Url)
    libnfs.nfs_get_error.restype = ctypes.c_char_p
    return libnfs


def _write(url: bytes, content: bytes) -> None:
    libnfs = _library()
    context = ctypes.c_void_p(libnfs.nfs_init_context())

    def call(name, *arguments):
        result = getattr(libnfs, name)(context, *arguments)
        if result < 0:
            sys.exit(f'{name}: {libnfs.nfs_get_error(context)}')
        return result

    where = libnfs.nfs_parse_url_full(context, url).contents
    call('nfs_mount', where.server, where.path)
    file = ctypes.c_void_p()
    call('nfs_open', where.file, os.O_WRONLY, ctypes.byref(file))
    call('nfs_ftruncate', file, ctypes.c_uint64(0))
    size = ctypes.c_uint64(len(content))
    call('nfs_pwrite', file, ctypes.c_uint64(0), size, content)
    call('nfs_close', file)


if __name__ == '__main__':
    _write(os.fsencode(sys.argv[1]), sys.stdin.buffer.read())

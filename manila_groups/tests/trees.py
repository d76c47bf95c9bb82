# SPDX-License-Identifier: Apache-2.0
"""Trees of all kinds of files, to be backed up and compared.

Paths are bytes inside, since names need not be text.
"""

from collections.abc import Iterable
import errno
import os
import random
import stat
import struct
import zlib

from manila_groups.tests import tree_differences

#: Compares two trees.
differences = tree_differences.differences

#: The size of the large file: mostly a hole.
HUGE = 4 * 2**30

_MIB = 2**20
#: Other people's numbers.
_USER, _GROUP = 12345, 23456
#: Attributes that not every file system has, or not for every user.
_REFUSED = (errno.ENOTSUP, errno.EPERM)

_ACCESS = b'system.posix_acl_access'
_DEFAULT = b'system.posix_acl_default'
#: CAP_NET_RAW, permitted and effective, in version 2 of the format.
_CAPABILITY = struct.pack('<IIIII', 0x02000001, 1 << 13, 0, 0, 0)

_NAMES = (
    b'caf\xe9',
    b'\xff\xfe',
    'Gr\u00fc\u00dfe \u4f60\u597d \U0001f600'.encode(),
    b'-rf',
    b' two words ',
    b'line\nbreak\ttab',
    b'"quotes" \'and\' \\slashes$*?',
    b'.hidden',
    b'n' * 255,
)
_MODES = (0o000, 0o400, 0o644, 0o777, 0o1644, 0o2755, 0o4755, 0o6711)
#: Days from 1970 to some years, also those that 32 bits cannot say.
_DAYS = (-400, 0, 11000, 20000, 27000)


def acl(*entries: tuple[int, int, int]) -> bytes:
    """Make the value of an attribute with a POSIX ACL.

    :param entries: tag, permissions and id of each, in the order of the tags
    """
    return struct.pack('<I', 2) + b''.join(
        struct.pack('<HHI', *entry) for entry in entries
    )


def _some_acl():
    nobody = 2**32 - 1
    return acl(
        (0x01, 7, nobody),
        (0x02, 5, _USER),
        (0x04, 5, nobody),
        (0x08, 6, _GROUP),
        (0x10, 7, nobody),
        (0x20, 4, nobody),
    )


def make(
    path: str | os.PathLike,
    shares: Iterable[str] = ('first', 'second'),
    *,
    small: int = 0,
    huge: bool = False,
) -> list[str]:
    """Make a directory for each share, with all kinds of files.

    The same call makes the same trees elsewhere.

    :param shares: the names of the directories, which may exist
    :param small: how many small files each has in addition
    :param huge: whether the first has a file of 4 GiB that is mostly a hole
    :returns: the kinds that the file system, or the user, does not allow
    """
    maker = _Maker(os.fsencode(path))
    homes = [os.fsencode(one) for one in shares]
    for number, home in enumerate(homes):
        maker.share(home, number, small)
    if huge:
        maker.holes(homes[0] + b'/huge', HUGE)
    for number, home in enumerate(homes):
        other = homes[number - 1]
        maker.link(other + b'/linked', home + b'/from-another-share')
    maker.times(homes)
    return sorted(maker.left_out)


class _Maker:
    def __init__(self, top):
        self._top = top
        self._root = os.geteuid() == 0
        self.left_out: set[str] = set()

    def _at(self, name):
        return os.path.join(self._top, name)

    def share(self, home, number, small):
        """Make a share; those with other numbers have other content."""
        os.makedirs(self._at(home), exist_ok=True)
        chance = random.Random(number)
        self._contents(home, chance)
        self._names(home)
        self._modes(home)
        self._attributes(home)
        self._symbolic_links(home)
        self._specials(home)
        self._small(home, small, chance)

    def _directory(self, name, mode=0o755):
        os.mkdir(self._at(name))
        os.chmod(self._at(name), mode)
        return name

    def _write(self, name, content=b'content', mode=0o644):
        with open(self._at(name), 'xb') as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        return name

    def _contents(self, home, chance):
        self._write(home + b'/empty', b'')
        self._write(home + b'/zeros', bytes(_MIB))
        self._write(home + b'/random', chance.randbytes(3 * _MIB + 17))
        self.holes(home + b'/holes', 8 * _MIB)
        self._write(home + b'/linked', chance.randbytes(5000))
        self.link(home + b'/linked', home + b'/also-linked')
        self._directory(home + b'/empty-directory')

    def holes(self, name, size):
        """Make a file with data at its start, in the middle, and no end."""
        with open(self._at(name), 'xb') as file:
            file.write(b'start')
            file.seek(size // 2)
            file.write(b'middle')
            file.truncate(size)

    def link(self, name, new_name):
        os.link(self._at(name), self._at(new_name))

    def _names(self, home):
        directory = self._directory(home + b'/names')
        for name in _NAMES:
            self._write(directory + b'/' + name, name)
            inner = self._directory(b'%s/%.240s.d' % (directory, name))
            self._write(inner + b'/' + name, name)
        for depth in range(12):
            directory = self._directory(directory + b'/' + b'%d' % depth * 20)
        self._write(directory + b'/deep')

    def _modes(self, home):
        for mode in _MODES:
            if mode & 0o400 or self._root:
                self._write(home + b'/mode-%04o' % mode, mode=mode)
            if mode & 0o700 == 0o700:
                name = home + b'/directory-%04o' % mode
                self._write(self._directory(name, mode) + b'/file')
        if not self._root:
            self.left_out.add('owners')
            return
        for name, user, group in (
            (home + b'/user', _USER, 0),
            (home + b'/group', 0, _GROUP),
            (home + b'/both', _USER, _GROUP),
        ):
            self._write(name)
            os.chown(self._at(name), user, group)
            # It was cleared with the change of the owner.
            os.chmod(self._at(name), 0o4755)

    def _attributes(self, home):
        name = self._write(home + b'/attributes')
        inner = self._directory(home + b'/with-attributes')
        for one in (name, inner):
            self._attribute(one, b'user.text', b'value')
            self._attribute(one, b'user.binary', bytes(range(256)))
            self._attribute(one, b'user.none', b'')
            self._attribute(one, b'trusted.mine', b'hidden')
            self._attribute(one, _ACCESS, _some_acl())
        self._attribute(inner, _DEFAULT, _some_acl())
        self._attribute(name, b'security.capability', _CAPABILITY)

    def _attribute(self, name, key, value):
        try:
            os.setxattr(self._at(name), key, value)
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            self.left_out.add(os.fsdecode(key))

    def _symbolic_links(self, home):
        for name, target in (
            (b'to-file', b'empty'),
            (b'to-directory', b'names'),
            (b'dangling', b'nowhere/at/all'),
            (b'loop', b'loop'),
            (b'absolute', b'/etc/passwd'),
            (b'out', b'../../../outside'),
            (b'to-bytes', b'caf\xe9'),
            (b'long', b'x/' * 1000),
        ):
            path = self._at(home + b'/link-' + name)
            os.symlink(target, path)
            if self._root:
                os.chown(path, _USER, _GROUP, follow_symlinks=False)

    def _specials(self, home):
        os.mkfifo(self._at(home + b'/pipe'), 0o600)
        if not self._root:
            self.left_out.add('device nodes')
            return
        for name, kind, number in (
            (b'/null', stat.S_IFCHR, os.makedev(1, 3)),
            (b'/block', stat.S_IFBLK, os.makedev(7, 200)),
        ):
            try:
                os.mknod(self._at(home + name), kind | 0o640, number)
            except PermissionError:
                self.left_out.add('device nodes')

    def _small(self, home, number, chance):
        for one in range(number):
            directory = home + b'/small-%d' % (one // 100)
            if one % 100 == 0:
                self._directory(directory)
            size = chance.randrange(5000)
            self._write(directory + b'/%d' % one, chance.randbytes(size))

    def times(self, homes):
        """Give everything a time of its own, directories last."""
        for home in homes:
            for found in sorted(
                tree_differences.walk(self._at(home)), reverse=True
            ):
                name = os.path.relpath(found, self._top)
                # A file with several names gets the time of its first one.
                day = _DAYS[zlib.crc32(name) % len(_DAYS)]
                moment = day * 86400 * 10**9 + zlib.crc32(name) % 10**9
                os.utime(found, ns=(moment, moment), follow_symlinks=False)

# SPDX-License-Identifier: Apache-2.0
"""What two trees of files differ in.

Paths are bytes inside, since names need not be text.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import errno
import os
import stat

_MIB = 2**20
#: How much more space a file may take, as engines make holes in their ways.
_ROUGHLY = 2 * _MIB


def walk(top: bytes) -> Iterator[bytes]:
    """Yield a directory, and all that is in it."""
    yield top
    for above, directories, files in os.walk(top):
        for name in (*directories, *files):
            yield os.path.join(above, name)


def differences(
    one: str | os.PathLike,
    other: str | os.PathLike,
    *,
    names: Mapping[str, str] | None = None,
    top: bool = False,
    holes: bool = False,
) -> list[str]:
    """Compare two trees by all that users can see, but not by inode numbers.

    :param names: what some entries at the top of the one are called in the
        other
    :param top: whether the two directories themselves are compared too
    :param holes: whether no file may take much more space than before
    :returns: a sentence for each difference; none if the trees are equal
    """
    renamed = {
        os.fsencode(old): os.fsencode(new)
        for old, new in (names or {}).items()
    }
    first = _Tree(os.fsencode(one), renamed, top)
    second = _Tree(os.fsencode(other), {}, top)
    found = [
        *_only(first, second, 'is missing'),
        *_only(second, first, 'should not be there'),
    ]
    for name in sorted(first.paths.keys() & second.paths.keys()):
        found += [
            f'{_shown(name)}: {what}'
            for what in _unequal(first, second, name, holes)
        ]
    return found


class _Tree:
    """Everything in a directory.

    :ivar paths: the name of each thing to its path
    """

    def __init__(self, top, renamed, with_top):
        self.paths = {
            _renamed(os.path.relpath(path, top), renamed): path
            for path in walk(top)
        }
        if not with_top:
            del self.paths[b'.']
        self.stats = {name: os.lstat(one) for name, one in self.paths.items()}
        self._links: dict[tuple[int, int], set[bytes]] = {}
        for name, found in self.stats.items():
            if not stat.S_ISDIR(found.st_mode):
                self._links.setdefault(_inode(found), set()).add(name)

    def links(self, name):
        """Return the names of the same file."""
        return self._links.get(_inode(self.stats[name]), {name})


def _renamed(name, renamed):
    first, slash, rest = name.partition(b'/')
    return renamed.get(first, first) + slash + rest


def _inode(found):
    return found.st_dev, found.st_ino


def _only(tree, other, what):
    return [
        f'{_shown(name)}: {what}'
        for name in sorted(tree.paths.keys() - other.paths.keys())
    ]


def _shown(name):
    return name.decode(errors='backslashreplace')


def _unequal(first, second, name, holes):
    """Yield what is not equal in two files."""
    one, other = first.stats[name], second.stats[name]
    if stat.S_IFMT(one.st_mode) != stat.S_IFMT(other.st_mode):
        yield (
            f'the type is {stat.S_IFMT(other.st_mode):#o}, not '
            f'{stat.S_IFMT(one.st_mode):#o}'
        )
        return
    for what, field in _fields(one):
        if field(one) != field(other):
            yield f'{what} is {field(other)}, not {field(one)}'
    links = [sorted(map(_shown, tree.links(name))) for tree in (first, second)]
    if links[0] != links[1]:
        yield f'it is one file with {links[1]}, not with {links[0]}'
    paths = first.paths[name], second.paths[name]
    yield from _unequal_insides(*paths, one, other)
    more = (other.st_blocks - one.st_blocks) * 512
    if holes and more > _ROUGHLY:
        yield f'it takes {more} bytes more'


def _fields(found):
    """Yield what numbers matter for a file."""
    yield 'the mode', lambda one: f'{stat.S_IMODE(one.st_mode):04o}'
    yield 'the owner', lambda one: one.st_uid
    yield 'the group', lambda one: one.st_gid
    yield 'the time', lambda one: one.st_mtime_ns
    if stat.S_ISREG(found.st_mode):
        yield 'the size', lambda one: one.st_size
    if stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
        yield 'the device', lambda one: one.st_rdev


def _unequal_insides(path, other_path, one, other):
    attributes, others = _attributes(path), _attributes(other_path)
    for key in sorted(attributes.keys() | others.keys()):
        if attributes.get(key) != others.get(key):
            yield (
                f'the attribute {key} is {others.get(key)}, not '
                f'{attributes.get(key)}'
            )
    if stat.S_ISLNK(one.st_mode):
        targets = os.readlink(path), os.readlink(other_path)
        if targets[0] != targets[1]:
            yield f'the target is {targets[1]!r}, not {targets[0]!r}'
    if stat.S_ISREG(one.st_mode) and one.st_size == other.st_size:
        position = _first_unequal(path, other_path)
        if position is not None:
            yield f'the content differs in the MiB from {position}'


def _attributes(path):
    return {
        key: os.getxattr(path, key, follow_symlinks=False)
        for key in os.listxattr(path, follow_symlinks=False)
    }


def _first_unequal(*paths):
    """Find where two files of one size differ; None if they do not."""
    with open(paths[0], 'rb') as one, open(paths[1], 'rb') as other:
        files = one.fileno(), other.fileno()
        position = _next_data(files, 0)
        while position is not None:
            parts = [os.pread(file, _MIB, position) for file in files]
            if parts[0] != parts[1]:
                return position
            position = _next_data(files, position + _MIB)
    return None


def _next_data(files, position):
    """Find where one of some files has the next data; None if none has."""
    found = []
    for file in files:
        try:
            found.append(os.lseek(file, position, os.SEEK_DATA))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
    return min(found, default=None)

# SPDX-License-Identifier: Apache-2.0
"""How long backing up a share group takes, and how much memory, by kinds.

usage: python benchmarks/backup.py [--restic PROGRAM] [--files FILES]
    [--size MIB] [--runs RUNS]

Needs root. It makes a Btrfs on a loop device, and removes it at the end.

A group of 5 members has FILES small files, and MIB of data in large ones that
nothing can compress. Each run backs it up for the first time, changes one file
in a hundred and adds a hundredth of the large data, and backs it up again, in
three ways that take turns: as a back end does it (a snapshot of the group,
restic, a manifest, the snapshot's end), with restic alone on a snapshot that
is there already, and with "cp -a" of all files each time. All write to the
same file system. The ratios compare the back end with the others. The
memory is the most that one process had resident.
"""

import argparse
import contextlib
import pathlib
import resource
import statistics
import subprocess
import threading
import uuid

import clone
import psutil

from manila_groups import conf as configuration
from manila_groups.backend import driver
from manila_groups.backup import engine as engines
from manila_groups.backup import loader

MEMBERS = 5
SMALL = 4096
MIB = 2**20
PROJECT = 'project'


class Peak:
    """The most memory that a restic of this process had, in bytes."""

    def __init__(self):
        self.most = 0
        self._over = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._over.set()

    def _watch(self):
        own = psutil.Process()
        while not self._over.wait(0.05):
            for one in own.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if one.name().startswith('restic'):
                        self.most = max(self.most, one.memory_info().rss)


class Source:
    """A group with files."""

    def __init__(self, made, path: pathlib.Path, files: int, size: int):
        self.made, self.group = made, clone.make_group()
        made.create_share_group(self.group)
        self.shares = [
            clone.make_share(self.group, MEMBERS) for _ in range(MEMBERS)
        ]
        self.homes = []
        for share in self.shares:
            made.create_share(share)
            home = path / 'groups' / self.group.id / share.id
            self.homes.append(home)
            for number in range(files // MEMBERS):
                if number % 100 == 0:
                    (home / f'{number // 100}').mkdir()
                small(home, number)
            clone.write(home / 'large', size // MEMBERS)
        self._files, self._size, self._turn = files, size, 0

    def change(self) -> None:
        """Change a hundredth of the files, and add a hundredth of data."""
        self._turn += 1
        for home in self.homes:
            for number in range(0, self._files // MEMBERS, 100):
                small(home, number)
            added = home / f'added-{self._turn}'
            clone.write(added, self._size // MEMBERS // 100)

    @contextlib.contextmanager
    def snapshot(self):
        """Take a snapshot; its directory is the context."""
        taken = driver.ShareGroupSnapshot(
            id=str(uuid.uuid4()),
            project_id=PROJECT,
            pool='clone',
            share_group_id=self.group.id,
            share_ids=tuple(share.id for share in self.shares),
        )
        self.made.create_share_group_snapshot(taken)
        with self.made.read_snapshot(taken) as path:
            yield path
        self.made.delete_share_group_snapshot(taken)


def small(home: pathlib.Path, number: int) -> None:
    """Write a small file that nothing can compress."""
    file = home / f'{number // 100}' / f'{number}'
    file.write_bytes(uuid.uuid4().bytes * (SMALL // 16))


def make_engine(made, path: pathlib.Path, restic: str) -> engines.Engine:
    """Make what a back end keeps backups with."""
    secret = path / 'secret'
    secret.write_text('x' * 64)
    secret.chmod(0o600)
    conf = configuration.new(with_pipeline=False)
    conf([], default_config_files=[])
    for name, value in {
        'repository': str(path / 'repositories'),
        'secret_file': str(secret),
        'command': restic,
        'cache_directory': str(path / 'cache'),
    }.items():
        conf.set_override(name, value, 'backup')
    found = loader.build(conf, made.run_command())
    found.setup()
    return found


class BackEnd:
    """As a back end does it."""

    name = 'back end'

    def __init__(self, source: Source, path: pathlib.Path, restic: str):
        self._source = source
        self._engine = make_engine(source.made, path, restic)
        self._parent = None

    def __call__(self, path: str) -> int:
        """Back up with a snapshot of its own; returns the bytes sent."""
        backup_id = str(uuid.uuid4())
        with self._source.snapshot() as taken:
            saved = self._engine.save(
                PROJECT,
                engines.Source(
                    backup_id=backup_id,
                    share_group_id=self._source.group.id,
                    path=taken,
                    share_ids=tuple(one.id for one in self._source.shares),
                    parent=self._parent,
                ),
                lambda _done, _total: None,
            )
            self._engine.write_manifest(PROJECT, backup_id, {'id': backup_id})
        self._parent = saved.reference
        return saved.sent_size


class Alone:
    """With restic alone."""

    name = 'restic alone'

    def __init__(self, source: Source, path: pathlib.Path, restic: str):
        self._command = [restic, '--quiet', '--cache-dir', str(path / 'cache')]
        self._environment = {
            'RESTIC_REPOSITORY': str(path / 'alone'),
            'RESTIC_PASSWORD': 'x',
            'HOME': str(path),
        }
        self._names = [one.id for one in source.shares]
        self._run(path, 'init')

    def _run(self, path, *arguments):
        subprocess.run(  # noqa: S603 - as it is given
            [*self._command, *arguments],
            env=self._environment,
            cwd=path,
            check=True,
        )

    def __call__(self, path: str) -> None:
        self._run(path, 'backup', '--', *self._names)


class Copy:
    """With cp."""

    name = 'cp -a'

    def __init__(self, _source: Source, path: pathlib.Path, _restic: str):
        self._path, self._turn = path, 0

    def __call__(self, path: str) -> None:
        self._turn += 1
        target = self._path / f'copy-{self._turn}'
        clone.call('cp', '-a', '--reflink=never', '--', path, target)
        clone.call('sync', '--file-system', target)


WAYS = (BackEnd, Alone, Copy)
KINDS = ('first', 'second')


def run(made, path: pathlib.Path, options) -> None:
    """Print what each way took, and the ratios."""
    source = Source(made, path, options.files, options.size * MIB)
    seconds = {(way.name, kind): [] for way in WAYS for kind in KINDS}
    peaks, sent = dict.fromkeys(seconds, 0), dict.fromkeys(KINDS, 0)
    for _ in range(options.runs):
        with clone.new_directory(path.parent / 'kept') as kept:
            ways = [way(source, kept, options.restic) for way in WAYS]
            for kind in KINDS:
                with source.snapshot() as taken:
                    for way in ways:
                        key = way.name, kind
                        with Peak() as peak, clone.timed(seconds[key]):
                            sent[kind] = way(taken) or sent[kind]
                        peaks[key] = max(peaks[key], peak.most)
                source.change()
    show(seconds, peaks, sent)
    made.delete_share_group(source.group)


def show(seconds, peaks, sent) -> None:
    """Print the figures."""
    medians = {key: statistics.median(took) for key, took in seconds.items()}
    for (way, kind), took in seconds.items():
        memory = peaks[way, kind] / MIB
        print(
            f'{kind}: {way}: best={min(took):.2f}s '
            f'median={medians[way, kind]:.2f}s restic={memory:.0f} MiB'
        )
    for kind in KINDS:
        print(f'{kind}: sent={sent[kind] / MIB:.1f} MiB')
        for way in WAYS[1:]:
            ratio = medians[BackEnd.name, kind] / medians[way.name, kind]
            print(f'{kind}: back end to {way.name}: {ratio:.2f}')
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f'memory of this process: {most:.0f} MiB')


def main() -> None:
    """Measure on a Btrfs that is made for that."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--restic', default='restic')
    parser.add_argument('--files', type=int, default=10_000)
    parser.add_argument('--size', type=int, default=500)
    parser.add_argument('--runs', type=int, default=3)
    options = parser.parse_args()
    with clone.new_btrfs() as path:
        run(clone.make_driver(path, {}), path, options)


if __name__ == '__main__':
    main()

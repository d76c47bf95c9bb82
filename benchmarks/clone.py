# SPDX-License-Identifier: Apache-2.0
"""How long copying and reverting a share group takes, by members and data.

usage: python benchmarks/clone.py [--export EXPORT] [--path PATH] [--runs RUNS]

Needs root. Without --path it makes a Btrfs on a loop device and removes it at
the end; PATH is a directory on the file system to measure, which must not
exist, and is removed at the end. EXPORT is "none", or "ganesha" for shares
that an NFS-Ganesha exports, which is started for that.

Four groups are made: of 2 and of 20 members, each with little data (4 KiB in
each member) and with 1 GiB of data in all; each member has an access rule.
Every run does three things with each: it makes a new group from a snapshot,
and one from the group itself; then it changes a file in each member and
reverts the group, until clients can use its shares again. The ratios compare
20 members with 2, 1 GiB with little, and the largest group with the smallest.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import uuid

from oslo_config import cfg

from manila_groups import cmd  # noqa: F401 - chooses threads first
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import driver as local
from manila_groups.conf import backend as options
from manila_groups.tests import ganesha

MEMBERS = (2, 20)
DATA = {'little': None, '1 GiB': 2**30}
SMALL = 4096
CHUNK = 2**20
RULES = [driver.AccessRule(access_to='192.0.2.0/24', access_level='rw')]


@dataclasses.dataclass(frozen=True)
class Source:
    """A group with data, and a snapshot of it."""

    path: pathlib.Path
    group: driver.ShareGroup
    shares: list[driver.Share]
    snapshot: driver.ShareGroupSnapshot

    def change(self) -> None:
        """Write to each share what is not in the snapshot."""
        for share in self.shares:
            write(self.path / share.id / 'new', SMALL)


def call(*command) -> None:
    """Run a command, whose output is of no interest."""
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


@contextlib.contextmanager
def new_btrfs():
    """Make a Btrfs on a loop device; its directory is the context."""
    with tempfile.TemporaryDirectory() as temp:
        image = pathlib.Path(temp, 'image')
        mounted = pathlib.Path(temp, 'mounted')
        image.touch()
        os.truncate(image, 8 * 2**30)
        mounted.mkdir()
        call('mkfs.btrfs', '--quiet', image)
        call('mount', '-o', 'loop', image, mounted)
        try:
            yield mounted / 'clone'
        finally:
            call('umount', mounted)


@contextlib.contextmanager
def exports(kind: str):
    """Start what exports shares; the options for it are the context."""
    if kind == 'none':
        yield {}
    else:
        with ganesha.GaneshaFixture() as server:
            yield server.options | {'export': kind}


def make_driver(path: pathlib.Path, values: dict) -> driver.Driver:
    """Make a local driver that keeps share groups in a directory.

    :param values: of more options of its section
    """
    conf = cfg.ConfigOpts()
    options.register(conf)
    options.register_backend(conf, 'clone')
    conf([], project='manila-groups', default_config_files=[])
    for name, value in {'local_path': str(path), **values}.items():
        conf.set_override(name, value, group='clone')
    made = local.LocalDriver('clone', conf['clone'])
    made.setup()
    return made


def make_share(group: driver.ShareGroup, members: int) -> driver.Share:
    return driver.Share(
        id=str(uuid.uuid4()),
        project_id='project',
        pool='clone',
        size_gb=2,
        share_group_id=group.id,
        group_size_gb=2 * members,
    )


def make_group() -> driver.ShareGroup:
    return driver.ShareGroup(
        id=str(uuid.uuid4()), project_id='project', pool='clone'
    )


def write(path: pathlib.Path, size: int) -> None:
    """Write a file of random bytes, which nothing can compress."""
    with open(path, 'wb') as file:
        while size > 0:
            file.write(os.urandom(min(size, CHUNK)))
            size -= CHUNK
        file.flush()
        os.fsync(file.fileno())


def make_source(made, path, members: int, size: int | None) -> Source:
    """Make a group with data, and a snapshot of it.

    :param size: of all data, in bytes; None is little
    """
    group = make_group()
    made.create_share_group(group)
    shares = [make_share(group, members) for _ in range(members)]
    home = path / 'groups' / group.id
    for share in shares:
        made.create_share(share)
        made.update_access(share, RULES)
        write(home / share.id / 'file', size // members if size else SMALL)
    snapshot = driver.ShareGroupSnapshot(
        id=str(uuid.uuid4()),
        project_id='project',
        pool='clone',
        share_group_id=group.id,
        share_ids=tuple(share.id for share in shares),
    )
    made.create_share_group_snapshot(snapshot)
    return Source(home, group, shares, snapshot)


@contextlib.contextmanager
def timed(seconds: list[float]):
    """Note how long something takes."""
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)


@contextlib.contextmanager
def new_group(made, source: Source):
    """Describe a group to be made from a source; delete it at the end."""
    group = make_group()
    members = len(source.shares)
    yield (
        group,
        [
            driver.Clone(make_share(group, members), share.id)
            for share in source.shares
        ],
    )
    made.delete_share_group(group)


def from_snapshot(made, source: Source, seconds: list[float]) -> None:
    with new_group(made, source) as (group, clones), timed(seconds):
        made.create_share_group_from_snapshot(group, source.snapshot, clones)


def from_group(made, source: Source, seconds: list[float]) -> None:
    with new_group(made, source) as (group, clones), timed(seconds):
        made.create_share_group_from_group(group, source.group, clones)


def revert(made, source: Source, seconds: list[float]) -> None:
    source.change()
    with timed(seconds):
        made.revert_share_group(source.group, source.snapshot, source.shares)
        # As the next step of the service does.
        made.update_access_many([(share, RULES) for share in source.shares])


VERBS = {
    'from snapshot': from_snapshot,
    'from group': from_group,
    'revert': revert,
}


def run(made, path: pathlib.Path, runs: int) -> None:
    """Print the best and the median time of each case, and the ratios."""
    sources = {
        (members, label): make_source(made, path, members, size)
        for members in MEMBERS
        for label, size in DATA.items()
    }
    seconds = {(verb, *case): [] for verb in VERBS for case in sources}
    # The cases take turns, so that a busy moment is no one case's; the first
    # turn does not count.
    for turn in range(runs + 1):
        for (verb, *case), took in seconds.items():
            VERBS[verb](made, sources[*case], took if turn else [])
    for verb in VERBS:
        compare(verb, {case: seconds[verb, *case] for case in sources})
    for source in sources.values():
        made.delete_share_group_snapshot(source.snapshot)
        made.delete_share_group(source.group)


def compare(verb: str, seconds: dict) -> None:
    """Print what one verb took in each case, and the ratios of cases."""
    medians = {case: statistics.median(took) for case, took in seconds.items()}
    for (members, label), took in seconds.items():
        print(
            f'{verb}: members={members} data={label} best={min(took):.4f}s '
            f'median={medians[members, label]:.4f}s'
        )
    few, many = MEMBERS
    for label in DATA:
        ratio = medians[many, label] / medians[few, label]
        print(f'{verb}: {many} members to {few}, {label}: {ratio:.2f}')
    for members in MEMBERS:
        ratio = medians[members, '1 GiB'] / medians[members, 'little']
        print(f'{verb}: 1 GiB to little, {members} members: {ratio:.2f}')
    ratio = medians[many, '1 GiB'] / medians[few, 'little']
    print(
        f'{verb}: {many} members with 1 GiB to {few} with little: {ratio:.2f}'
    )


@contextlib.contextmanager
def new_directory(path: pathlib.Path):
    """Make a directory; its real path is the context. Remove it at the end."""
    path.mkdir()
    try:
        yield path.resolve()
    finally:
        call('rm', '-rf', '--', path)


def main() -> None:
    """Measure a directory, or a Btrfs made for that."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument(
        '--export', choices=('none', 'ganesha'), default='none'
    )
    parser.add_argument('--path', type=pathlib.Path)
    parser.add_argument('--runs', type=int, default=15)
    arguments = parser.parse_args()
    if os.geteuid():
        parser.error('only root can do this')
    where = arguments.path
    with (
        new_directory(where) if where else new_btrfs() as path,
        exports(arguments.export) as values,
    ):
        run(make_driver(path, values), path, arguments.runs)


if __name__ == '__main__':
    main()

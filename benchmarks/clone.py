# SPDX-License-Identifier: Apache-2.0
"""How long a new share group from a snapshot takes, by members and data.

usage: python benchmarks/clone.py [--path PATH] [--runs RUNS]

Needs root. Without --path it makes a Btrfs on a loop device and removes it at
the end; PATH is a directory on the file system to measure, which must not
exist, and is removed at the end. Four groups have snapshots: of 2 and of 20
members, each with little data (4 KiB in each member) and with 1 GiB of data
in all. Every run makes and deletes one new group from each of the four
snapshots. The last lines compare: 20 members with 2, and 1 GiB with little.
"""

import argparse
import contextlib
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

MEMBERS = (2, 20)
DATA = {'little': None, '1 GiB': 2**30}
SMALL = 4096
CHUNK = 2**20


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


def make_driver(path: pathlib.Path) -> driver.Driver:
    """Make a local driver that keeps share groups in a directory."""
    conf = cfg.ConfigOpts()
    options.register(conf)
    options.register_backend(conf, 'clone')
    conf([], project='manila-groups', default_config_files=[])
    conf.set_override('local_path', str(path), group='clone')
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


def make_group(group_id: str | None = None) -> driver.ShareGroup:
    return driver.ShareGroup(
        id=group_id or str(uuid.uuid4()), project_id='project', pool='clone'
    )


def write(path: pathlib.Path, size: int) -> None:
    """Write a file of random bytes, which nothing can compress."""
    with open(path, 'wb') as file:
        while size > 0:
            file.write(os.urandom(min(size, CHUNK)))
            size -= CHUNK
        file.flush()
        os.fsync(file.fileno())


def make_snapshot(made, path, members: int, size: int | None):
    """Make a group with data, and a snapshot of it.

    :param size: of all data, in bytes; None is little
    :returns: the snapshot
    """
    group = make_group()
    made.create_share_group(group)
    shares = [make_share(group, members) for _ in range(members)]
    for share in shares:
        made.create_share(share)
        file = path / 'groups' / group.id / share.id / 'file'
        write(file, size // members if size else SMALL)
    snapshot = driver.ShareGroupSnapshot(
        id=str(uuid.uuid4()),
        project_id='project',
        pool='clone',
        share_group_id=group.id,
        share_ids=tuple(share.id for share in shares),
    )
    made.create_share_group_snapshot(snapshot)
    return snapshot


def measure(made, snapshot) -> float:
    """Time one new group from a snapshot; delete it after that."""
    group = make_group()
    members = len(snapshot.share_ids)
    clones = [
        driver.Clone(share=make_share(group, members), source_share_id=source)
        for source in snapshot.share_ids
    ]
    start = time.perf_counter()
    made.create_share_group_from_snapshot(group, snapshot, clones)
    seconds = time.perf_counter() - start
    made.delete_share_group(group)
    return seconds


def run(path: pathlib.Path, runs: int) -> None:
    """Print the best and the median time of each case, and the ratios."""
    made = make_driver(path)
    snapshots = {
        (members, label): make_snapshot(made, path, members, size)
        for members in MEMBERS
        for label, size in DATA.items()
    }
    seconds = {case: [] for case in snapshots}
    # The cases take turns, so that a busy moment is no one case's; the first
    # turn does not count.
    for turn in range(runs + 1):
        for case, snapshot in snapshots.items():
            took = measure(made, snapshot)
            if turn:
                seconds[case].append(took)
    medians = {case: statistics.median(took) for case, took in seconds.items()}
    for (members, label), took in seconds.items():
        print(
            f'members={members} data={label} best={min(took):.4f}s '
            f'median={medians[members, label]:.4f}s'
        )
    compare(medians)
    for snapshot in snapshots.values():
        made.delete_share_group_snapshot(snapshot)
        made.delete_share_group(make_group(snapshot.share_group_id))


def compare(medians: dict) -> None:
    few, many = MEMBERS
    for label in DATA:
        ratio = medians[many, label] / medians[few, label]
        print(f'ratio of {many} members to {few} (data={label}): {ratio:.2f}')
    for members in MEMBERS:
        ratio = medians[members, '1 GiB'] / medians[members, 'little']
        print(f'ratio of 1 GiB to little (members={members}): {ratio:.2f}')


def main() -> None:
    """Measure a directory, or a Btrfs made for that."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--path', type=pathlib.Path)
    parser.add_argument('--runs', type=int, default=15)
    arguments = parser.parse_args()
    if os.geteuid():
        parser.error('only root can do this')
    if not arguments.path:
        with new_btrfs() as path:
            return run(path, arguments.runs)
    arguments.path.mkdir()
    try:
        run(arguments.path.resolve(), arguments.runs)
    finally:
        call('rm', '-rf', '--', arguments.path)


if __name__ == '__main__':
    main()

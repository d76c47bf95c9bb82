# SPDX-License-Identifier: Apache-2.0
"""What a read costs the API, by the database's driver, and by transaction.

usage: python benchmarks/reads.py CONNECTION [CONNECTION] [--project PROJECT]
                                  [--runs RUNS]

CONNECTION is a database URL with the schema, types and share groups of the
project: see fill.py. In one process, without a web server and tokens: requests
go through the whole pipeline noauth. The figures are milliseconds for one
request: of the processor, which other work on the machine hardly changes, and
in all. With two CONNECTIONs, such as one database by its two drivers, their
runs alternate, and the last column compares the processor's time with the
first one's.

The last lines read one group without the API: without a transaction, as the
API does it, and in one, which costs BEGIN and ROLLBACK.
"""

import argparse
from collections.abc import Callable
import functools
import json
import statistics
import time

import webob

from manila_groups import cmd  # noqa: F401 - chooses threads first
from manila_groups import conf as configuration
from manila_groups.cmd import api
from manila_groups.db import api as db_api
from manila_groups.db import share_groups
from manila_groups.rpc import base as rpc

#: Paths, and how many requests are one run.
REQUESTS = {
    '/share-groups/{id}': 200,
    '/share-groups/detail?limit=100': 20,
    '/share-groups/detail?limit=100&status=available&name~=fill-00': 20,
    '/share-group-types': 20,
}
SECTIONS = {
    'DEFAULT': {'transport_url': 'fake:///'},
    'api': {'auth_strategy': 'noauth', 'noauth_on_any_address': True},
}

#: Milliseconds: of the processor, and in all.
Cost = tuple[float, float]


class Target:
    """The API on one database.

    :param connection: its URL
    :param project: the project whose groups are read
    """

    def __init__(self, connection: str, project: str):
        sections = {**SECTIONS, 'database': {'connection': connection}}
        conf = configuration.load(files=[], defaults=sections)
        self.db = db_api.Database(conf)
        self.name = self.db.engine.url.drivername
        self._application = api.assemble(conf, self.db, rpc.transport(conf))
        self._project = project
        (group,) = self.get('/share-groups?limit=1')['share_groups']
        self.group = group['id']

    def get(self, path: str) -> dict:
        """Ask for a path."""
        request = webob.Request.blank(
            f'/v2{path}',
            headers={
                'X-OpenStack-Manila-API-Version': 'latest',
                'X-Project-Id': self._project,
                'X-Roles': 'member',
            },
        )
        response = request.get_response(self._application)
        if response.status_int != 200:
            raise SystemExit(f'{path}: {response.text}')
        return json.loads(response.body)

    def read(self, transaction: bool) -> None:
        """Read one group from the database."""
        begin = self.db.snapshot if transaction else self.db.reader
        with begin() as conn:
            share_groups.get(conn, self.group)


def measure(work: Callable[[], object], times: int) -> Cost:
    """Find out what one call costs."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _time in range(times):
        work()
    return (
        (time.process_time() - cpu) / times * 1000,
        (time.perf_counter() - wall) / times * 1000,
    )


def compare(title: str, works: dict, times: int, runs: int) -> None:
    """Print what some ways to do the same cost, in alternating runs.

    :param works: name to function
    """
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for run in range(runs + 1):
        for name, work in works.items():
            cost = measure(work, times)
            # The first run fills caches.
            if run:
                costs[name].append(cost)
    print(title)
    first = None
    for name, found in costs.items():
        cpu, wall = (
            statistics.median(one) for one in zip(*found, strict=True)
        )
        first = first or cpu
        print(f'  {name:24} {cpu:8.3f} {wall:8.3f} {cpu / first:8.2f}')


def main() -> None:
    """Print the median of each request's cost."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('connections', nargs='+')
    parser.add_argument('--project', default='demo')
    parser.add_argument('--runs', type=int, default=7)
    arguments = parser.parse_args()
    targets = [
        Target(connection, arguments.project)
        for connection in arguments.connections
    ]
    print(f'  {"":24} {"cpu ms":>8} {"ms":>8} {"ratio":>8}')
    for path, times in REQUESTS.items():
        works = {
            one.name: functools.partial(one.get, path.format(id=one.group))
            for one in targets
        }
        compare(f'GET {path}', works, times, arguments.runs)
    for one in targets:
        ways = {
            'without a transaction': functools.partial(one.read, False),
            'in a transaction': functools.partial(one.read, True),
        }
        compare(f'one group, {one.name}', ways, 200, arguments.runs)


if __name__ == '__main__':
    main()

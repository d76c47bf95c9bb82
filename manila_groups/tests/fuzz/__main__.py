# SPDX-License-Identifier: Apache-2.0
"""Lets schemathesis ask the running service for all that it can think of.

usage: python -m manila_groups.tests.fuzz [--requests N] [--seed N] ...

Each round starts manila-groups-standalone anew, with two simulated back ends
and something of each kind in it, and gives schemathesis the service's own
OpenAPI document and another seed.  Every check counts, but for what the
contract explains: see contract.py.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile

from schemathesis import cli

from manila_groups.api import microversions
from manila_groups.api.openapi import document
from manila_groups.tests.fuzz import hooks
from manila_groups.tests.fuzz import population
from manila_groups.tests.fuzz import report
from manila_groups.tests.fuzz import service as services
from manila_groups.tests.fuzz import things


def _parse():
    parser = argparse.ArgumentParser(
        prog='fuzz', description=__doc__.partition('\n')[0]
    )
    parser.add_argument(
        '--requests',
        type=int,
        default=20000,
        help='how many there have to be; the last round is finished '
        '(default: %(default)s)',
    )
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument(
        '--examples',
        type=int,
        default=10,
        help='the most that a round makes up for one operation, beside those '
        'that go through its schema one by one (default: %(default)s)',
    )
    parser.add_argument(
        '--seconds',
        type=int,
        help='how long one round takes (default: as long as it needs)',
    )
    return parser.parse_args()


def _options(arguments, seed, url):
    options = {
        '--url': url,
        '--auth': f'{services.USER}:{services.PASSWORD}',
        '--checks': 'all',
        '--mode': 'all',
        '--seed': seed,
        '--max-examples': arguments.examples,
        '--generation-database': 'none',
        # Text has no NUL character, which a schema can't say.
        '--generation-allow-x00': 'false',
        '--suppress-health-check': 'all',
        '--warnings': 'off',
    }
    if arguments.seconds:
        options['--max-time'] = arguments.seconds
    asked = microversions.ask(microversions.NEWEST)
    pairs = [
        *(('--header', f'{name}: {value}') for name, value in asked.items()),
        *options.items(),
    ]
    return [str(text) for pair in pairs for text in pair]


def _round(arguments, seed):
    """Make one round; returns whether something failed."""
    known = things.Things()
    with services.Service() as service:
        run = hooks.RUN
        run.things = known
        run.population = population.Population(service.client, known)
        run.population.renew()
        file = pathlib.Path('openapi.json')
        file.write_text(
            json.dumps(known.into(document.make(microversions.NEWEST)))
        )
        failed = _schemathesis(
            'run',
            str(file),
            '--continue-on-failure',
            '--no-color',
            *_options(arguments, seed, service.url),
        )
        complaints = service.complaints()
    for line in complaints[:20]:
        print(f'log: {line}')
    return bool(failed or complaints)


def _schemathesis(*arguments):
    try:
        return cli.schemathesis(list(arguments), standalone_mode=False)
    except SystemExit as end:
        return end.code


def main() -> int:
    """Make rounds until there were enough requests; returns the exit code."""
    arguments = _parse()
    failed, seed = False, arguments.seed
    with tempfile.TemporaryDirectory() as directory:
        # Where schemathesis leaves what it writes.
        os.chdir(directory)
        while hooks.RUN.requests < arguments.requests:
            failed |= _round(arguments, seed)
            seed += 1
    for line in report.lines(hooks.RUN):
        print(line)
    return 1 if failed or report.server_errors(hooks.RUN.answers) else 0


if __name__ == '__main__':
    sys.exit(main())

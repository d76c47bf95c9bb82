# SPDX-License-Identifier: Apache-2.0
"""Run manila-tempest-plugin's share group tests against the service.

Starts a Keystone and the service, each with a database of its own, runs the
tests, and ends and removes what was started and made.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from keystoneauth1.exceptions import ClientException

from manila_groups.tests.tempest import keystone
from manila_groups.tests.tempest import processes
from manila_groups.tests.tempest import servers
from manila_groups.tests.tempest import service
from manila_groups.tests.tempest import suite

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    """Run the tests; returns the exit code."""
    arguments = _parse()
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    directory = pathlib.Path(tempfile.mkdtemp(prefix='manila-groups-tempest-'))
    good = False
    try:
        good = _run(arguments, directory)
    except (processes.Failed, ClientException) as error:
        print(f'tempest: {error}', file=sys.stderr)
    except KeyboardInterrupt:
        print('tempest: interrupted', file=sys.stderr)
    finally:
        if good and not arguments.keep:
            shutil.rmtree(directory)
        else:
            print(f'Logs and configuration: {directory}')
    return 0 if good else 1


def _interrupt(*_):
    """End the program once, with all that it has started."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parse():
    parser = argparse.ArgumentParser(prog='tox -e tempest --')
    parser.add_argument(
        'regex',
        nargs='?',
        help='which tests; all share group tests by default',
    )
    parser.add_argument(
        '--multitenancy',
        action='store_true',
        help='with back ends that make share servers',
    )
    parser.add_argument(
        '--keep',
        action='store_true',
        help='keep the directory with the logs, whatever the result',
    )
    parser.add_argument(
        '--concurrency',
        type=int,
        default=max(2, os.cpu_count() or 2),
        help='how many tests at the same time (default: %(default)s)',
    )
    return parser.parse_args()


def _run(arguments, directory):
    with contextlib.ExitStack() as stack:
        found = servers.find(stack, directory)
        programs = stack.enter_context(processes.Processes(directory))
        identity = keystone.Keystone(
            programs, _made(directory / 'keystone'), found.database('keystone')
        )
        identity.start()
        groups = service.Service(
            programs,
            directory,
            arguments.multitenancy,
            keystone=identity,
            servers=found,
            database=found.database('manila_groups'),
        )
        identity.register(groups.url)
        if found.several_processes:
            groups.start_processes()
        else:
            groups.start_standalone()
        groups.prepare(identity.session())
        tests = suite.Suite(
            programs,
            _made(directory / 'tempest'),
            identity.url,
            arguments.multitenancy,
        )
        return tests.run(
            arguments.regex or suite.TESTS[arguments.multitenancy],
            arguments.concurrency,
        )


def _made(directory):
    directory.mkdir()
    return directory


if __name__ == '__main__':
    sys.exit(main())

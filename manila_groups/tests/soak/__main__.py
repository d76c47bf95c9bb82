# SPDX-License-Identifier: Apache-2.0
"""Runs the service's processes under load, and looks what goes wrong.

usage: python -m manila_groups.tests.soak [--minutes N] [--clients N] ...

Starts the API (uWSGI, 2 workers), 2 schedulers and 2 back end daemons with 2
simulated back ends each, on RabbitMQ and a database of their own. Clients do
a random mix of everything for a while, then delete what they have made.
Then there must be nothing left, no error in any answer or log, and no growth
of memory after the warm-up, which is the first third of the time.
"""

import argparse
import signal
import sys
import threading
import time

from manila_groups.tests.soak import administration
from manila_groups.tests.soak import client
from manila_groups.tests.soak import database
from manila_groups.tests.soak import findings as findings_module
from manila_groups.tests.soak import report
from manila_groups.tests.soak import sampler as samplers
from manila_groups.tests.soak import session
from manila_groups.tests.soak import stack as stacks

#: Seconds that clients have to delete what they have made.
CLEANING = 300


def _parse():
    parser = argparse.ArgumentParser(
        prog='soak', description=__doc__.partition('\n')[0]
    )
    parser.add_argument('--minutes', type=float, default=30)
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument(
        '--database', choices=database.KINDS, default=database.KINDS[0]
    )
    parser.add_argument(
        '--directory',
        metavar='DIR',
        help='where logs are kept (default: they are not kept)',
    )
    parser.add_argument(
        '--patience',
        type=float,
        default=30,
        help='seconds in which whatever is begun has to end '
        '(default: %(default)s)',
    )
    parser.add_argument(
        '--growth',
        type=float,
        default=4,
        help='MiB that a process may grow by after the warm-up '
        '(default: %(default)s)',
    )
    return parser.parse_args()


def _tell(what):
    print(time.strftime('%X'), what, flush=True)


class Soak:
    """One run.

    :param arguments: of the command line
    """

    def __init__(self, arguments):
        self._arguments = arguments
        self._findings = findings_module.Findings()
        self._tally = findings_module.Tally()
        self._ended = threading.Event()

    def run(self) -> int:
        """Run, and print what was seen; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        with self._stack() as stack:
            setting = self._prepare(stack)
            _tell('the service is ready')
            sampler = samplers.Sampler(stack, self._findings)
            sampler.start()
            seconds = self._load(stack, setting)
            sampler.stop()
            _tell('all is deleted')
            if not stack.broker.is_watched:
                _tell('queues are not looked at: that takes root on this host')
            stack.check_rest()
            stack.stop()
            _tell('the service has ended')
            stack.check_logs()
        report.judge(sampler.samples, self._arguments.growth, self._findings)
        for line in report.lines(sampler.samples, self._tally, seconds):
            print(line)
        for line in self._findings.lines():
            print(line)
        return 1 if self._findings else 0

    def _stack(self):
        return stacks.Stack(
            self._arguments.database, self._arguments.directory, self._findings
        )

    def _end(self, number, _frame):
        self._ended.set()
        # The second one does not wait.
        signal.signal(number, signal.SIG_DFL)

    def _session(self, stack, project, user):
        return session.Session(
            stack.port,
            project,
            user,
            self._findings,
            self._tally,
            self._arguments.patience,
        )

    def _prepare(self, stack):
        stack.wait_until_ready()
        admin = self._session(stack, 'admin', 'admin')
        # Two clients share a project.
        projects = {
            f'project-{number // 2}'
            for number in range(self._arguments.clients)
        }
        if not stack.has_backups:
            _tell('nothing is backed up: that takes restic')
        return administration.prepare(admin, projects, stack.has_backups)

    def _load(self, stack, setting):
        """Let the clients work; returns for how many seconds they did."""
        clients = [
            self._client(stack, setting, number)
            for number in range(self._arguments.clients)
        ]
        begin = time.monotonic()
        for one in clients:
            one.start()
        self._ended.wait(self._arguments.minutes * 60)
        self._ended.set()
        _tell('the clients delete what they have made')
        seconds = time.monotonic() - begin
        deadline = time.monotonic() + CLEANING
        for one in clients:
            one.join(max(deadline - time.monotonic(), 0))
            if one.is_alive():
                self._findings.add('failed clients', f'{one.name} hangs')
        return seconds

    def _client(self, stack, setting, number):
        project, user = f'project-{number // 2}', f'user-{number}'
        return client.Client(
            number,
            self._arguments.seed,
            self._session(stack, project, user),
            setting,
            self._findings,
            self._tally,
            self._ended,
        )


if __name__ == '__main__':
    sys.exit(Soak(_parse()).run())

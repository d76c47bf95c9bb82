# SPDX-License-Identifier: Apache-2.0
"""Hurts the service in every way at once, and looks whether all ends well.

usage: python -m manila_groups.tests.faults [--operations N] [--clients N] ...

Starts a MariaDB and a RabbitMQ of its own, the API (uWSGI, 2 workers), 2
schedulers and 2 back end daemons with 2 back ends each.  While clients create,
snapshot and delete share groups, one process after another is killed or
stopped and comes back, messages are lost and doubled, and calls of the driver
fail or hang.  Afterwards everything has to come to rest in time, the rows have
to say what the back ends hold, and usage has to be what the rows use.
"""

import argparse
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time

from manila_groups.tests.faults import checks
from manila_groups.tests.faults import client
from manila_groups.tests.faults import ledger as ledgers
from manila_groups.tests.faults import report
from manila_groups.tests.faults import schedule as schedules
from manila_groups.tests.faults import servers
from manila_groups.tests.faults import session
from manila_groups.tests.faults import stack as stacks
from manila_groups.tests.soak import administration
from manila_groups.tests.soak import findings as findings_module
from manila_groups.tests.soak import session as soak_session

#: Seconds of the time limit that are kept for what comes after the load.
REST = 100

#: Seconds that one answer of the API is waited for, with all repetitions.
PATIENCE = 90


def _parse():
    parser = argparse.ArgumentParser(
        prog='faults', description=__doc__.partition('\n')[0]
    )
    parser.add_argument('--operations', type=int, default=2000)
    parser.add_argument('--clients', type=int, default=16)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument(
        '--minutes',
        type=float,
        default=30,
        help='in which all has to be over (default: %(default)s)',
    )
    parser.add_argument(
        '--directory',
        metavar='DIR',
        help='an empty one, where logs are kept (default: they are kept when '
        'something was found)',
    )
    return parser.parse_args()


def _tell(what):
    print(time.strftime('%X'), what, flush=True)


class Run:
    """One run.

    :param arguments: of the command line
    """

    def __init__(self, arguments):
        self._arguments = arguments
        self._end = time.monotonic() + arguments.minutes * 60
        self.findings = findings_module.Findings()
        self._tally = findings_module.Tally()
        self._ledger = ledgers.Ledger()
        self._ended = threading.Event()

    def run(self, directory: pathlib.Path) -> None:
        """Run, and print what was seen.

        :param directory: for logs and all else
        """
        with self._stack(directory) as stack:
            self._prepare(stack)
            _tell('the service is ready')
            done = self._hurt(stack)
            stack.wait_until_ready()
            _tell(f'{self._ledger.accepted} requests were accepted')
            check = checks.Check(stack, self.findings)
            seconds = check.wait_for_rest()
            _tell(f'all is at rest after {seconds:.0f} s')
            ended = check.judge(self._ledger)
            injected = stack.book.counted()
        for text in report.lines(
            done, injected, self._ledger, self._tally.times(), ended
        ):
            print(text)

    def _stack(self, directory):
        seed = self._arguments.seed
        return stacks.Stack(str(directory), seed, self.findings)

    def _session(self, stack, project, user):
        return session.Session(
            stack.port, project, user, self.findings, self._tally, PATIENCE
        )

    def _prepare(self, stack):
        stack.wait_until_ready()
        projects = {_project(n) for n in range(self._arguments.clients)}
        admin = self._session(stack, 'admin', 'admin')
        if not stack.has_backups:
            _tell('nothing is backed up: that takes restic')
        administration.prepare(admin, projects, stack.has_backups)

    def _hurt(self, stack):
        """Let the clients work among faults; returns which those were."""
        clients = [
            self._client(stack, number)
            for number in range(self._arguments.clients)
        ]
        faults = schedules.Schedule(stack, self._arguments.seed, self.findings)
        for one in (*clients, faults):
            one.start()
        self._wait_for_enough(faults)
        self._ended.set()
        faults.stop()
        stack.book.calm()
        for one in clients:
            one.join(PATIENCE)
            if one.is_alive():
                self.findings.add('failed clients', f'{one.name} hangs')
        return faults.done

    def _wait_for_enough(self, faults):
        while faults.is_alive() and time.monotonic() < self._end - REST:
            enough = self._ledger.accepted >= self._arguments.operations
            if enough and faults.is_round:
                return
            time.sleep(0.5)
        accepted, done = self._ledger.accepted, faults.done.total()
        self.findings.add('too little', f'{accepted} requests, {done} faults')

    def _client(self, stack, number):
        return client.Client(
            number,
            self._arguments.seed,
            self._session(stack, _project(number), f'user-{number}'),
            self._ledger,
            self.findings,
            self._ended,
            stack.has_backups,
        )


def _project(number):
    # Two clients share a project.
    return f'project-{number // 2}'


class CutShort(Exception):
    """A signal has ended the run: SIGALRM comes at its time limit."""


def _cut_short(number, _frame):
    raise CutShort(f'{signal.Signals(number).name}: the run was cut short')


def _run(arguments, directory):
    """Run in a directory; returns what was found."""
    one = Run(arguments)
    try:
        one.run(pathlib.Path(directory).absolute())
    except soak_session.UnexpectedAnswer:
        # It has been noted.
        pass
    except (CutShort, RuntimeError, servers.Missing) as error:
        one.findings.add('failed', str(error).partition('\n')[0])
    return one.findings


def main() -> int:
    """Run; returns the exit code."""
    arguments = _parse()
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _cut_short)
    signal.alarm(int(arguments.minutes * 60))
    directory = arguments.directory or tempfile.mkdtemp(prefix='faults-')
    findings = _run(arguments, directory)
    for line in findings.lines():
        print(line)
    if findings or arguments.directory:
        print(f'Logs and all else are in {directory}')
    else:
        shutil.rmtree(directory)
    print('FAIL' if findings else 'PASS')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())

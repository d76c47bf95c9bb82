# SPDX-License-Identifier: Apache-2.0
"""What it costs each process to create and delete share groups.

usage: python benchmarks/lifecycle.py [--creations N] [--deletions N] ...

Starts the API under uWSGI, schedulers, and back end daemons with two
simulated back ends each, whose storage takes no time; without Keystone.
MariaDB or PostgreSQL and RabbitMQ run on this machine, and are found as the
tests find them. Clients send all creations, then all deletions, each as fast
as the one before is answered; either ends when no group is in transition any
more. As many groups as there are clients come and go before that, and do not
count.

It prints the CPU seconds of each process, with those that it has started;
how long it all took; memory (PSS) and threads of each process at the quarter
points; and what went wrong, in which case the exit code is 1. The figures of
the servers are those of all who use them, and need root. "Others" is what
else the machine did: with much of it, only CPU seconds mean something.

What fails, waits or grows under load shows in a larger run:

    python benchmarks/lifecycle.py --creations 5000 --deletions 5000 \
        --clients 64 --schedulers 2 --backends 2
"""

import argparse
import statistics
import sys
import urllib.parse

import crowd
import psutil

from manila_groups.tests import servers
from manila_groups.tests.soak import administration
from manila_groups.tests.soak import findings as findings_module
from manila_groups.tests.soak import sampler
from manila_groups.tests.soak import session as sessions
from manila_groups.tests.soak import stack as stacks

#: When memory and threads are looked at: c is creations, d is deletions.
QUARTERS = ('start', *(f'{of} {n}/4' for of in 'cd' for n in range(1, 5)))

#: MiB that a process may grow by in the second half.
LEVEL = 4

_CONFIGURATION = """\
[DEFAULT]
host = {name}
transport_url = {broker.url}
control_exchange = {broker.exchange}
enabled_backends = one,two
log_file = {directory}/{name}.log
default_share_type = soak
default_share_group_type = soak
[api]
auth_strategy = noauth
bind_port = {port}
[quota]
share_groups = -1
[database]
connection = {database.url}
[one]
driver = fake
fake_pools = [{{"name": "a"}}]
[two]
driver = fake
fake_pools = [{{"name": "b"}}]
"""

_SERVERS = {'mysql': servers.MYSQL, 'postgresql': servers.POSTGRESQL}
_PORTS = {'mysql': 3306, 'postgresql': 5432}


class Deployment(stacks.Stack):
    """The processes that the command line asks for."""

    configuration = _CONFIGURATION

    def __init__(self, arguments, findings):
        super().__init__(arguments.database, arguments.directory, findings)
        self.workers = arguments.api_workers
        self.daemons = {
            f'{name}-{number}': f'manila-groups-{name}'
            for name, most in (
                ('scheduler', arguments.schedulers),
                ('backend', arguments.backends),
            )
            for number in range(1, most + 1)
        }
        self.services = arguments.schedulers + 2 * arguments.backends

    def note_ended(self) -> None:
        """Look which processes have not lived until now."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self._findings.add('ended processes', name)


class Machine:
    """The processes whose figures are taken.

    :ivar memory: rows of {process: MiB}, and
    :ivar threads: of {process: number}, for each time they were taken
    """

    def __init__(self, stack, database: str):
        self._service = stack.processes
        self._servers = {}
        for name, url, port in (
            ('database', _SERVERS[database], _PORTS[database]),
            ('RabbitMQ', servers.RABBIT, 5672),
        ):
            process = _listening(urllib.parse.urlsplit(url).port or port)
            if process:
                self._servers[name] = process
        self.memory = []
        self.threads = []

    def sample(self) -> None:
        """Take memory and threads of the processes of the service."""
        figures = {
            name: sampler.figures(process)
            for name, process in sampler.tree(self._service).items()
        }
        for rows, figure in (
            (self.memory, sampler.MEMORY),
            (self.threads, sampler.THREADS),
        ):
            rows.append(
                {name: one.get(figure, 0) for name, one in figures.items()}
            )

    def cpu(self) -> dict[str, float]:
        """Read the CPU seconds of each process since it was started."""
        seconds = {
            name: sum(map(_cpu, sampler.tree({name: root}).values()))
            for name, root in {**self._service, **self._servers}.items()
        }
        own = psutil.Process().cpu_times()
        seconds['clients'] = own.user + own.system
        all_of_it = psutil.cpu_times()
        seconds['others'] = (
            all_of_it.user
            + all_of_it.nice
            + all_of_it.system
            + all_of_it.irq
            + all_of_it.softirq
            - sum(seconds.values())
        )
        return seconds


def _listening(port):
    """Find the process that listens on a port, as far as one may know."""
    for one in psutil.net_connections('tcp'):
        if one.status == psutil.CONN_LISTEN and one.laddr.port == port:
            return one.pid and psutil.Process(one.pid)
    return None


def _cpu(process):
    """Read what a process has used, with children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0
    return (
        times.user + times.system + times.children_user + times.children_system
    )


class Benchmark:
    """One run.

    :param arguments: of the command line
    """

    def __init__(self, arguments):
        self._arguments = arguments
        self._findings = findings_module.Findings()
        self._crowds = {}
        self._cpu = {}

    def run(self) -> int:
        """Run, and print what was seen; returns the exit code."""
        with Deployment(self._arguments, self._findings) as stack:
            try:
                self._prepare(stack)
                self._measure_all(stack)
            except sessions.UnexpectedAnswer:
                print('This is not the whole run: see below.')
            stack.note_ended()
            stack.stop()
            stack.check_logs()
        self._print()
        return 1 if self._findings else 0

    def _prepare(self, stack):
        stack.wait_until_ready()
        self._session = sessions.Session(
            stack.port,
            'project',
            'user',
            self._findings,
            findings_module.Tally(),
            crowd.PATIENCE,
        )
        administration.prepare(self._session, ())
        clients = self._arguments.clients
        made = self._send(crowd.CREATION, range(clients)).ids
        self._send(crowd.DELETION, made)
        self._machine = Machine(stack, self._arguments.database)
        self._machine.sample()

    def _send(self, kind, items, tell=lambda ended: None):
        sent = crowd.Crowd(
            self._session,
            kind,
            self._arguments.clients,
            self._arguments.under_way,
            tell,
        )
        sent.run(items)
        return sent

    def _measure_all(self, stack):
        made = self._measure(crowd.CREATION, self._arguments.creations)
        self._measure(crowd.DELETION, self._arguments.deletions, made)
        if self._arguments.deletions >= len(made):
            stack.check_rest()

    def _measure(self, kind, number, items=None):
        """Send requests, and keep what they cost; returns the groups' ids."""
        items = range(number) if items is None else items[:number]
        quarters = Quarters(self._machine, len(items))
        before = self._machine.cpu()
        sent = self._send(kind, items, quarters.tell)
        after = self._machine.cpu()
        quarters.tell(len(items))
        sent.judge(self._findings)
        self._crowds[kind.name] = sent
        self._cpu[kind.name] = {
            name: after[name] - seconds for name, seconds in before.items()
        }
        return sent.ids

    def _print(self):
        given = vars(self._arguments).items()
        print(*(f'{name}={value}' for name, value in given))
        if len(self._crowds) == 2:
            self._print_tables()
        for line in self._findings.lines():
            print(line)

    def _print_tables(self):
        for line in (
            *costs(self._cpu, self._crowds),
            *times(self._crowds),
            *course('PSS (MiB)', self._machine.memory, '.1f'),
            *course('threads', self._machine.threads, 'd'),
            growth(self._machine.memory),
        ):
            print(line)


class Quarters:
    """Takes figures of the processes whenever a quarter has ended.

    :param number: of all requests
    """

    def __init__(self, machine, number: int):
        self._machine = machine
        self._points = [number * quarter / 4 for quarter in range(1, 5)]

    def tell(self, ended: int) -> None:
        """Hear how many requests have ended."""
        while self._points and ended >= self._points[0]:
            del self._points[0]
            self._machine.sample()


def costs(cpu, crowds):
    """Tell what each process has used."""
    yield f'{"CPU seconds":20}' + ''.join(
        f'{kind:>12} {"ms each":>9}' for kind in cpu
    )
    for name in next(iter(cpu.values())):
        yield f'{name:20}' + ''.join(
            f'{cpu[kind][name]:12.2f} '
            f'{1000 * cpu[kind][name] / max(len(sent.ids), 1):9.2f}'
            for kind, sent in crowds.items()
        )


def times(crowds):
    """Tell how long it took."""
    for name, figure in (
        ('seconds', lambda sent: sent.took),
        ('a second', lambda sent: len(sent.seconds) / sent.took),
        ('all sent after', lambda sent: sent.sent),
        ('median wait', lambda sent: statistics.median(sent.seconds or [0])),
        ('longest wait', lambda sent: max(sent.seconds, default=0)),
    ):
        yield f'{name:20}' + ''.join(
            f'{figure(sent):12.2f} {"":9}' for sent in crowds.values()
        )


def course(title, samples, form):
    """Tell how a figure of each process went."""
    yield ''
    yield f'{title:14}' + ''.join(f'{name:>7}' for name in QUARTERS)
    for name in samples[0]:
        yield f'{name:14}' + ''.join(
            f'{one.get(name, 0):7{form}}' for one in samples
        )
    total = (sum(one.values()) for one in samples)
    yield f'{"all":14}' + ''.join(f'{one:7{form}}' for one in total)


def growth(memory):
    """Tell which processes still grow in the second half."""
    middle, end = memory[len(memory) // 2], memory[-1]
    grown = {name: end.get(name, 0) - size for name, size in middle.items()}
    told = [f'{n} by {g:.1f}' for n, g in grown.items() if g > LEVEL]
    return f'growth in the second half (MiB): {", ".join(told) or "none"}'


def positive(text: str) -> int:
    """Read a number of the command line."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    for name, default, text in (
        ('creations', 300, 'of share groups'),
        ('deletions', 300, 'of those'),
        ('clients', 16, 'that send requests at once'),
        ('under-way', 300, 'groups in transition at once, at most'),
        ('api-workers', 2, 'processes of the API'),
        ('schedulers', 1, 'processes'),
        ('backends', 1, 'processes, with two back ends each'),
    ):
        parser.add_argument(
            f'--{name}',
            type=positive,
            default=default,
            metavar='N',
            help=f'{text} (default: %(default)s)',
        )
    parser.add_argument('--database', choices=tuple(_SERVERS), default='mysql')
    parser.add_argument(
        '--directory',
        metavar='DIR',
        help='where logs are kept (default: they are not kept)',
    )
    arguments = parser.parse_args()
    if arguments.deletions > arguments.creations:
        parser.error('there are fewer groups than deletions')
    if arguments.under_way > crowd.PAGE:
        parser.error(f'--under-way is {crowd.PAGE} at most')
    return arguments


if __name__ == '__main__':
    sys.exit(Benchmark(parse()).run())

# SPDX-License-Identifier: Apache-2.0
"""Takes figures of the processes, again and again."""

import collections
import threading
import time

import psutil

#: Seconds between two looks at the processes, and at the broker, whose tool
#: takes a second of a processor's time.
INTERVAL = 3
BROKER_INTERVAL = 60

#: Parts of a figure's name.
MEMORY = 'memory (MiB)'
FILES = 'open files'
THREADS = 'threads'


def _runs(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def tree(roots) -> dict[str, psutil.Process]:
    """Name all processes: the started ones and their children.

    :param roots: psutil processes by name
    """
    found = {}
    for name, root in roots.items():
        found[name] = root
        children = root.children(recursive=True) if _runs(root) else []
        children.sort(key=lambda child: child.pid)
        for number, child in enumerate(children, 1):
            found[f'{name} child {number}'] = child
    return found


def figures(process: psutil.Process) -> dict[str, float]:
    """Take the figures of a process, by their names; none if it has ended."""
    try:
        return {
            MEMORY: process.memory_full_info().pss / 2**20,
            FILES: process.num_fds(),
            THREADS: process.num_threads(),
        }
    except psutil.NoSuchProcess:
        return {}


class Sampler(threading.Thread):
    """Samples a stack until it is stopped.

    :ivar samples: (seconds, value) pairs, by (whose figure, name of figure)
    """

    def __init__(self, stack, findings):
        super().__init__(name='sampler', daemon=True)
        self._stack = stack
        self._findings = findings
        self._ended = threading.Event()
        self._first = tree(stack.processes)
        self._next_broker = 0
        self.samples = collections.defaultdict(list)

    def run(self):
        """Sample."""
        try:
            while not self._ended.wait(INTERVAL):
                self._sample()
        except Exception as error:
            self._findings.add('failed clients', f'{self.name}: {error!r}')
            raise

    def stop(self) -> None:
        """End, and look whether the processes are those of the beginning."""
        self._ended.set()
        self.join()
        for name, process in self._first.items():
            if not _runs(process):
                self._findings.add('ended processes', f'{name}: {process}')
        now = set(tree(self._stack.processes).values())
        for process in now - set(self._first.values()):
            self._findings.add('new processes', str(process))

    def _sample(self):
        now = time.monotonic()
        for name, process in self._first.items():
            if _runs(process):
                self._keep(now, name, figures(process))
        self._keep(now, 'all', self._stack.database.figures())
        if now >= self._next_broker:
            self._next_broker = now + BROKER_INTERVAL
            self._keep(now, 'all', self._stack.broker.figures())

    def _keep(self, now, name, figures):
        for figure, value in figures.items():
            self.samples[name, figure].append((now, value))

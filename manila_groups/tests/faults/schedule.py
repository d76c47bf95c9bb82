# SPDX-License-Identifier: Apache-2.0
"""Who is killed or stopped, in turn, and comes back."""

import collections
import contextlib
import dataclasses
import random
import signal
import threading

import psutil

from manila_groups.tests.functional import processes

#: Seconds that a process has to end in after SIGTERM; more than any of them
#: is configured to take.
END = 60

#: Seconds between the end of one fault and the beginning of the next.
PAUSE = (0.5, 3)

KILLED, STOPPED, ENDED = 'SIGKILL', 'SIGSTOP, SIGCONT', 'SIGTERM'


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens to a process.

    :ivar who: is hit: one of these
    :ivar what: KILLED, STOPPED or ENDED
    :ivar seconds: for how long it is away, from and to
    """

    who: tuple[str, ...]
    what: str
    seconds: tuple[float, float]


_API = ('api',)
_WORKER = ('api worker',)
_SCHEDULERS = ('scheduler-1', 'scheduler-2')
_BACKENDS = ('backend-1', 'backend-2')
_BROKER = ('broker',)
_DATABASE = ('database',)

#: Down for less and for more than down_time, which is 5 seconds.
FAULTS = (
    Fault(_WORKER, KILLED, (0, 0)),
    Fault(_WORKER, STOPPED, (1, 8)),
    Fault(_API, KILLED, (0, 3)),
    Fault(_API, ENDED, (0, 3)),
    Fault(_SCHEDULERS, KILLED, (0, 8)),
    Fault(_SCHEDULERS, STOPPED, (1, 10)),
    Fault(_SCHEDULERS, ENDED, (0, 3)),
    Fault(_BACKENDS, KILLED, (0, 8)),
    Fault(_BACKENDS, KILLED, (0, 1)),
    Fault(_BACKENDS, STOPPED, (1, 12)),
    Fault(_BACKENDS, ENDED, (0, 3)),
    Fault(_BROKER, KILLED, (0, 5)),
    Fault(_BROKER, STOPPED, (1, 10)),
    Fault(_BROKER, ENDED, (0, 3)),
    Fault(_DATABASE, KILLED, (0, 5)),
    Fault(_DATABASE, STOPPED, (1, 8)),
    Fault(_DATABASE, ENDED, (0, 3)),
)


def faults(seed: int):
    """Go through the faults again and again, each time in another order.

    :returns: (fault, who is hit, seconds, seconds of the pause after it),
        without an end
    """
    chosen = random.Random(f'{seed} faults')
    while True:
        for fault in chosen.sample(FAULTS, len(FAULTS)):
            yield (
                fault,
                chosen.choice(fault.who),
                chosen.uniform(*fault.seconds),
                chosen.uniform(*PAUSE),
            )


class Schedule(threading.Thread):
    """Does one fault after another, until it is stopped.

    :param stack: whose processes are hit
    :ivar done: how often each fault was done: by (who, what)
    """

    def __init__(self, stack, seed: int, findings):
        super().__init__(name='faults', daemon=True)
        self._stack = stack
        self._faults = faults(seed)
        self._random = random.Random(f'{seed} workers')
        self._findings = findings
        self._ended = threading.Event()
        self.done = collections.Counter()

    @property
    def is_round(self) -> bool:
        """Whether each fault was done."""
        return self.done.total() >= len(FAULTS)

    def run(self):
        """Do the faults."""
        try:
            while not self._ended.is_set():
                fault, who, seconds, pause = next(self._faults)
                self._do(who, fault.what, seconds)
                self.done[who, fault.what] += 1
                self._ended.wait(pause)
        except Exception as error:
            self._findings.add('failed faults', repr(error))
            raise

    def stop(self) -> None:
        """Do no more; the one under way is healed."""
        self._ended.set()
        self.join()

    def _do(self, who, what, seconds):
        tree = self._tree(who)
        if what == STOPPED:
            _signal(tree, signal.SIGSTOP)
            self._ended.wait(seconds)
            _signal(tree, signal.SIGCONT)
            return
        if what == KILLED:
            _signal(tree, signal.SIGKILL)
            psutil.wait_procs(tree, END)
        else:
            if who == 'api':
                # While it starts, uWSGI does not hear SIGTERM.
                self._stack.wait_for_api()
            self._end(who, tree[0])
        self._ended.wait(seconds)
        if who != 'api worker':
            self._stack.start(who)

    def _tree(self, who):
        """A process and all its children; of the API's workers, one."""
        root = self._stack.processes[who.partition(' ')[0]]
        if who == 'api worker':
            # They come only when the application is loaded.
            return [self._random.choice(processes.wait_for(root.children))]
        return [root, *root.children(recursive=True)]

    def _end(self, who, process):
        process.terminate()
        try:
            process.wait(END)
        except psutil.TimeoutExpired:
            self._findings.add('wrong ends of processes', f'{who} hangs')
            process.kill()
            process.wait()


def _signal(tree, number):
    for process in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)

# SPDX-License-Identifier: Apache-2.0
"""Programs that the local driver runs in the helper process."""

from concurrent import futures
import os
import shutil
import signal
import subprocess
import sys
import time

from oslo_privsep import priv_context

from manila_groups import exception
from manila_groups.backend.drivers.local import privsep
from manila_groups.backup import process
from manila_groups.backup import program
from manila_groups.backup import running
from manila_groups.tests import base
from manila_groups.tests.unit.backend import local_case

NOBODY = 65534

#: Found now: the user that tests become cannot import it.
Threads = futures.ThreadPoolExecutor


class Lost(Exception):
    """Somebody else goes on with the work."""


def runs(marker):
    """Tell whether a program with this in its command line runs."""
    command = ['pgrep', '-f', f'sleep {marker}$']
    return not subprocess.run(command, stdout=subprocess.DEVNULL).returncode


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError('it took longer than 20 seconds')
        time.sleep(0.02)


class ProgramsTestCase(base.TestCase):
    """Each test runs in processes of its own: a user's, and the helper."""

    def setUp(self):
        super().setUp()
        self.shell = local_case.for_root(self, 'sh')
        #: A time for which nobody else sleeps.
        self.seconds = f'60.{os.getpid()}'
        self.sleeper = local_case.for_root(self, 'sleep')
        self.sleep = [self.sleeper, self.seconds]

    def in_child(self, work):
        def run():
            privsep.context.start(priv_context.Method.FORK)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            made = local_case.make('/nowhere', local_privileges='privsep')
            work(made.run_command())
            privsep.context.stop()

        status = local_case.in_child(run)
        self.assertEqual(0, os.waitstatus_to_exitcode(status))


class TestHelped(ProgramsTestCase):
    def test_runs_as_root(self):
        def work(runner):
            lines = []
            ended = runner.run(
                [
                    *(self.shell, '-c'),
                    'id -u; cat; echo "$OS_USERNAME"; echo no >&2; exit 3',
                ],
                environment={'OS_USERNAME': 'somebody'},
                stdin=b'text\n',
                on_line=program.appender(lines),
            )
            self.assertEqual(['0', 'text', 'somebody'], lines)
            self.assertEqual(running.Ended(3, ('no',)), ended)

        self.in_child(work)

    def test_begins_in_a_directory(self):
        def work(runner):
            lines = []
            runner.run(
                [self.shell, '-c', 'pwd'],
                environment={},
                cwd='/',
                on_line=program.appender(lines),
            )
            self.assertEqual(['/'], lines)

        self.in_child(work)

    def test_long_output(self):
        def work(runner):
            lines = []
            runner.run(
                [self.shell, '-c', 'seq 200000'],
                environment={},
                on_line=program.appender(lines),
            )
            self.assertEqual([str(n) for n in range(1, 200001)], lines)

        self.in_child(work)

    def test_no_program(self):
        def work(runner):
            self.assertRaises(
                process.NoProgram,
                runner.run,
                ['no-such-program'],
                environment={},
            )

        self.in_child(work)

    def test_ends_when_its_caller_has_had_enough(self):
        def work(runner):
            def lost():
                self.assertTrue(runs(self.seconds))
                raise Lost

            self.assertRaises(
                Lost, runner.run, self.sleep, environment={}, on_tick=lost
            )
            self.assertFalse(runs(self.seconds))

        self.in_child(work)

    def test_ends_without_progress(self):
        def work(runner):
            self.assertRaises(
                exception.TransientDriverError,
                runner.run,
                self.sleep,
                environment={},
                stall_timeout=0.5,
            )
            self.assertFalse(runs(self.seconds))

        self.in_child(work)

    def test_more_programs_than_the_helper_has_threads(self):
        number = (os.cpu_count() or 1) + 3

        def work(runner):
            with Threads(number) as threads:
                many = [
                    threads.submit(
                        runner.run, [self.sleeper, '3'], environment={}
                    )
                    for _ in range(number)
                ]
                time.sleep(1)
                started = time.monotonic()
                self.assertEqual(0, privsep.call('check', 0))
                self.assertLess(time.monotonic() - started, 1)
                self.assertFalse(any(one.done() for one in many))
            self.assertEqual([0] * number, [one.result().code for one in many])

        self.in_child(work)

    def test_ends_with_its_helper(self):
        helper = shutil.which(
            'privsep-helper', path=os.path.dirname(sys.executable)
        )

        def run():
            made = local_case.make(
                '/nowhere',
                local_privileges='privsep',
                local_privsep_command=helper,
            )
            made._call.start()
            self._kill_helper(made.run_command())
            self.assertEqual(0, made._call('check'))
            privsep.context.stop()

        self.assertEqual(
            0, os.waitstatus_to_exitcode(local_case.in_child(run))
        )

    def _kill_helper(self, runner):
        """Kill it while a program runs, which has to be told."""
        lines = []
        runner.run(
            [self.shell, '-c', 'echo $PPID'],
            environment={},
            on_line=program.appender(lines),
        )
        with Threads() as threads:
            run = threads.submit(runner.run, self.sleep, environment={})
            wait_for(lambda: runs(self.seconds))
            os.kill(int(lines[0]), signal.SIGKILL)
            error = self.assertRaises(
                exception.TransientDriverError, run.result, 20
            )
        self.assertIn('helper process', error.message)
        wait_for(lambda: not runs(self.seconds))

    def test_ends_with_the_process_that_wanted_it(self):
        def run():
            privsep.context.start(priv_context.Method.FORK)
            made = local_case.make('/nowhere', local_privileges='privsep')
            made.run_command().run(self.sleep, environment={})

        child = os.fork()
        if not child:
            try:
                run()
            finally:
                os._exit(1)
        wait_for(lambda: runs(self.seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        wait_for(lambda: not runs(self.seconds))


class TestWithoutHelper(base.TestCase):
    def test_runs_here(self):
        for privileges in ('direct', 'none'):
            made = local_case.make('/nowhere', local_privileges=privileges)
            self.assertIsInstance(made.run_command(), running.Direct)

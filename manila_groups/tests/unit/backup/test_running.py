# SPDX-License-Identifier: Apache-2.0
"""Programs that take long, and those who watch them."""

import contextlib
import os
import pathlib
import subprocess
import time

import fixtures

from manila_groups import exception
from manila_groups.backup import errors
from manila_groups.backup import process
from manila_groups.backup import retries
from manila_groups.backup import running
from manila_groups.tests import base
from manila_groups.tests.unit.backend import local_case


def runs(*words):
    """Tell whether a program with such arguments runs."""
    found = subprocess.run(
        ['pgrep', '--full', '--exact', f'(/.*/)?{" ".join(words)}'],
        stdout=subprocess.DEVNULL,
    )
    return found.returncode == 0


def ends(*words):
    deadline = time.monotonic() + 10
    while runs(*words) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not runs(*words)


class RunnerTests:
    """What each Runner does; ``runner`` is it."""

    shell = 'sh'

    def run_shell(self, script, **settings):
        settings = {'environment': {}, **settings}
        return self.runner.run([self.shell, '-c', script], **settings)

    def test_lines(self):
        out, errors = [], []
        ended = self.run_shell(
            'cat; printf "a\\nb"; printf "c\\377" >&2; exit 3',
            stdin=b'in\n',
            on_line=lambda line: out.append(line) or True,
            on_error=lambda line: errors.append(line) or True,
        )
        self.assertEqual((3, ('c\ufffd',)), (ended.code, ended.errors))
        self.assertEqual(['in', 'a', 'b'], out)
        self.assertEqual(['c\ufffd'], errors)

    def test_much_output(self):
        out, number = [], 200_000
        self.run_shell(
            f'seq {number}', on_line=lambda line: out.append(line) or True
        )
        self.assertEqual(number, len(out))
        self.assertEqual(str(number), out[-1])

    def test_much_input(self):
        out = []
        self.run_shell(
            'wc -c',
            stdin=b'x' * 10**6,
            on_line=lambda line: out.append(line) or True,
        )
        self.assertEqual(['1000000'], out)

    def test_where_and_with_what(self):
        out = []
        self.run_shell(
            'pwd; echo $AWS_SECRET $LC_ALL; echo ${SHELL_OF_TESTS-unset}',
            cwd='/usr/lib',
            environment={'AWS_SECRET': 'secret'},
            on_line=lambda line: out.append(line) or True,
        )
        self.assertEqual(['/usr/lib', 'secret C', 'unset'], out)

    def test_a_function_that_raises(self):
        seconds = str(700 + os.getpid())

        def stop(_line):
            raise ZeroDivisionError

        for name, where in (('on_line', ''), ('on_error', ' >&2')):
            self.assertRaises(
                ZeroDivisionError,
                self.run_shell,
                f'sleep {seconds} & echo x{where}; sleep {seconds}',
                **{name: stop},
            )
            self.assertTrue(ends('sleep', seconds))

    def test_ticks(self):
        ticks = []

        def tick():
            ticks.append(time.monotonic())
            if len(ticks) == 2:
                raise ZeroDivisionError

        self.assertRaises(
            ZeroDivisionError, self.run_shell, 'sleep 60', on_tick=tick
        )
        self.assertLess(ticks[1] - ticks[0], 10)

    def test_no_progress(self):
        self.assertRaises(
            running.Stalled,
            self.run_shell,
            'while sleep 0.1; do echo x; done',
            on_line=lambda _line: False,
            stall_timeout=0.5,
        )
        self.run_shell(
            'for i in 1 2 3; do sleep 0.3; echo x; done', stall_timeout=0.8
        )

    def test_ended_by_a_signal(self):
        self.assertEqual(-9, self.run_shell('kill -9 $$').code)

    def test_no_program(self):
        error = self.assertRaises(
            process.NoProgram,
            self.runner.run,
            ['no-such-program'],
            environment={},
        )
        self.assertIn('no-such-program', str(error))

    def test_no_directory(self):
        self.assertRaises(
            exception.DriverError, self.run_shell, 'true', cwd='/no/where'
        )

    def test_something_that_stays(self):
        seconds = str(900 + os.getpid())
        before = time.monotonic()
        self.run_shell(f'sleep {seconds} & echo x')
        self.assertLess(time.monotonic() - before, 10)
        subprocess.run(['pkill', '-xf', f'sleep {seconds}'], check=True)


class TestDirect(RunnerTests, base.TestCase):
    runner = running.Direct()

    def test_not_what_has_its_name_in_the_directory(self):
        temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        for path, word in (('bin', 'ours'), ('users/bin', 'theirs')):
            program = temp / path / 'program'
            program.parent.mkdir(parents=True)
            program.write_text(f'#!/bin/sh\necho {word}')
            program.chmod(0o700)
        out = []
        with contextlib.chdir(temp):
            for name in ('program', 'bin/program'):
                self.runner.run(
                    [name],
                    environment={'PATH': 'bin:/usr/bin:/bin'},
                    cwd=str(temp / 'users'),
                    on_line=lambda line: out.append(line) or True,
                )
        self.assertEqual(['ours', 'ours'], out)

    def test_ends_with_its_process(self):
        seconds = str(800 + os.getpid())
        program = ('sleep', seconds)
        self.assertTrue(
            local_case.killed_when(
                lambda: runs(*program),
                lambda: self.runner.run(program, environment={}),
            )
        )
        self.assertTrue(ends(*program))


class TestRetries(base.TestCase):
    LINE = 'Stat(<config/>) returned error, retrying after 722.2ms: no answer'

    def test_a_server_that_does_not_answer(self):
        self.patch(retries, 'PATIENCE', 0)
        watch = retries.Retries(None, None, None)
        self.assertFalse(watch.error(self.LINE))
        error = self.assertRaises(retries.NoAnswer, watch.tick)
        self.assertIn('no answer', error.message)

    def test_a_file_that_is_missing(self):
        self.patch(retries, 'PATIENCE', 0)
        watch = retries.Retries(None, None, None)
        watch.error(f'{self.LINE}: open /x: no such file or directory')
        self.assertRaises(errors.Damaged, watch.tick)

    def test_a_failure_without_an_end(self):
        self.patch(retries, 'PATIENCE', 0)
        for reason, kind in (
            ('write /x: no space left on device', retries.NotEnding),
            ('connection lost', retries.NoAnswer),
        ):
            watch = retries.Retries(lambda _line: False, None, None)
            watch.error(f'Save(<data/b432ff0070>) failed: {reason}')
            watch.line('the same again')
            error = self.assertRaises(kind, watch.tick)
            self.assertTrue(error.message.endswith(reason))

    def test_it_answers_again(self):
        self.patch(retries, 'PATIENCE', 0)
        watch = retries.Retries(lambda _line: True, None, None)
        watch.error(self.LINE)
        watch.line('progress')
        watch.tick()

    def test_others_are_asked(self):
        seen = []
        watch = retries.Retries(
            lambda line: seen.append(line) or True,
            lambda line: seen.append(line) or False,
            lambda: seen.append('tick'),
        )
        self.assertTrue(watch.line('a'))
        self.assertFalse(watch.error('b'))
        watch.tick()
        self.assertEqual(['a', 'b', 'tick'], seen)

# SPDX-License-Identifier: Apache-2.0
"""Run the tests under stestr, and print how far they are.

Regular expressions choose tests by name. Without any, all tests run but those
in manila_groups.tests.long. Results are kept where stestr keeps them, so that
``stestr last`` and ``stestr failing`` show them.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

from stestr import subunit_trace
import subunit
import testtools

#: The tests that take minutes.
LONG = re.compile(r'manila_groups\.tests\.long\.')
#: Seconds between two lines of progress.
INTERVAL = 5


def main(argv: list[str] | None = None) -> int:
    """Run the tests that the command line names.

    :param argv: the command line; None is the process's
    :returns: the exit code: 0 if all of them ran and none failed
    """
    options = _parser().parse_args(argv)
    chosen = choose(_list(), **vars(options))
    if not chosen:
        print('No test has such a name.', file=sys.stderr)
        return 1
    # Those that take minutes wait for processes much of the time.
    return _run(chosen, (os.cpu_count() or 1) + options.long)


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m manila_groups.tests.run', description=__doc__
    )
    parser.add_argument('names', nargs='*', type=re.compile, metavar='REGEX')
    parser.add_argument(
        '--long', action='store_true', help='run the long tests only'
    )
    parser.add_argument(
        '--exclude',
        type=re.compile,
        metavar='REGEX',
        help='leave out tests with such names',
    )
    return parser


def choose(
    tests: list[str],
    names: list[re.Pattern],
    long: bool = False,
    exclude: re.Pattern | None = None,
) -> list[str]:
    """Choose among tests by their names.

    :param names: one of them has to be found in a name; none is the default
    :param long: the long tests only
    :param exclude: what must not be found in a name
    """
    return [
        test
        for test in tests
        if bool(LONG.match(test)) is long or (names and not long)
        if not names or any(name.search(test) for name in names)
        if not (exclude and exclude.search(test))
    ]


_STESTR = (sys.executable, '-m', 'stestr')


def _list():
    if not os.path.exists('.stestr'):
        subprocess.run([*_STESTR, 'init'], check=True)
    # Listing needs no measuring of coverage.
    environment = {**os.environ, 'PYTHON': sys.executable}
    listed = subprocess.run(
        [*_STESTR, 'list'],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    if listed.returncode:
        sys.stderr.write(listed.stdout)
        sys.exit(listed.returncode)
    return listed.stdout.splitlines()


def _run(tests, workers):
    with tempfile.NamedTemporaryFile('w', suffix='.tests') as file:
        file.write('\n'.join(tests) + '\n')
        file.flush()
        process = subprocess.Popen(
            [
                *(*_STESTR, 'run', '--subunit'),
                *('--load-list', file.name, '--concurrency', str(workers)),
            ],
            stdout=subprocess.PIPE,
        )
        progress = Progress(len(tests))
        is_well = follow(process.stdout, progress)
        code = process.wait()
    return 0 if is_well and code == 0 else 1


def follow(stream, progress: 'Progress') -> bool:
    """Print what a stream of results tells, until it ends.

    :param stream: of subunit, version 2
    :returns: whether all tests ran and none failed
    """
    summary = testtools.StreamSummary()
    result = testtools.CopyStreamResult(
        [testtools.StreamToDict(progress.show), summary]
    )
    source = subunit.ByteStreamToStreamResult(
        stream, non_subunit_name='stdout'
    )
    with progress:
        result.startTestRun()
        source.run(result)
        result.stopTestRun()
    return progress.finish() and summary.wasSuccessful()


class Progress:
    """Prints failures at once, and from time to time how much is done.

    The latter within a with statement, whether a test ends or not.

    :param total: how many tests there are
    :param output: a text file; None is the standard output
    """

    def __init__(self, total: int, output=None):
        self._total, self._output = total, output or sys.stdout
        self._done = self._skipped = 0
        self._failed = []
        self._begun = time.monotonic()
        self._lock, self._ended = threading.Lock(), threading.Event()

    def __enter__(self):
        threading.Thread(target=self._tick, daemon=True).start()

    def __exit__(self, *_error):
        self._ended.set()

    def _tick(self):
        while not self._ended.wait(INTERVAL):
            self._print()

    def show(self, test: dict) -> None:
        """Count a test that has ended.

        :param test: as testtools.StreamToDict gives it
        """
        if test['status'] == 'exists':
            return
        if test['timestamps'][0] is not None:
            self._done += test['id'] != 'process-returncode'
        if test['status'] in ('fail', 'uxsuccess'):
            self._failed.append(test['id'])
        self._skipped += test['status'] == 'skip'
        with self._lock:
            subunit_trace.show_outcome(self._output, test, failonly=True)

    def _print(self):
        passed = int(time.monotonic() - self._begun)
        with self._lock:
            self._output.write(
                f'[{self._done}/{self._total}] {len(self._failed)} failed, '
                f'{self._skipped} skipped, {passed // 60}:{passed % 60:02}\n'
            )
            self._output.flush()

    def finish(self) -> bool:
        """Print the end; return whether all tests ran and none failed."""
        self._print()
        for name in self._failed:
            self._output.write(f'FAILED: {name}\n')
        if self._done < self._total:
            self._output.write(
                f'{self._total - self._done} tests did not run.\n'
            )
        return self._done >= self._total and not self._failed


if __name__ == '__main__':
    sys.exit(main())

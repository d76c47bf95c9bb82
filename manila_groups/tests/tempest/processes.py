# SPDX-License-Identifier: Apache-2.0
"""Programs that run while the tests do, and what they print."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sysconfig
import urllib.error
import urllib.request

from manila_groups.tests.functional.processes import wait_for

_SCRIPTS = sysconfig.get_path('scripts')


class Failed(Exception):
    """What is needed for the tests is not there, or has ended."""


class Processes:
    """Starts programs of this environment, and ends them.

    :param directory: which is their home, and where their logs go
    """

    #: Seconds that a program has to start in, or to end in.
    PATIENCE = 60

    def __init__(self, directory: pathlib.Path):
        self.logs = directory / 'log'
        self.logs.mkdir()
        self._running = {}
        self._environment = {
            **os.environ,
            # Where programs look for the configuration, and leave traces.
            'HOME': str(directory),
            'PATH': os.pathsep.join([_SCRIPTS, os.environ.get('PATH', '')]),
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._running.values():
            _kill(process, signal.SIGTERM)
        for name, process in self._running.items():
            try:
                process.wait(self.PATIENCE)
            except subprocess.TimeoutExpired:
                print(f'{name} does not end and is killed', flush=True)
            # Also what it may have left: the session is all its own.
            _kill(process, signal.SIGKILL)
            process.wait()

    def start(self, name: str, *command, log: bool = True, **options):
        """Start a program; signals to this process don't reach it.

        :param command: its words; the first one is a program's name
        :param log: whether what it prints goes to a file
        :param options: for subprocess.Popen
        """
        environment = self._environment | options.pop('env', {})
        with (self.logs / f'{name}.log').open('a') as output:
            self._running[name] = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output if log else None,
                stderr=subprocess.STDOUT if log else None,
                env=environment,
                start_new_session=True,
                **options,
            )

    def run(self, name: str, *command, **options) -> None:
        """Run a program to its end.

        :raises Failed: it ended with an error
        """
        if self.end_of(name, *command, **options):
            raise Failed(f'{" ".join(map(str, command))} has failed')

    def end_of(self, name: str, *command, **options) -> int:
        """Run a program to its end; returns its exit code."""
        self.start(name, *command, **options)
        code = self._running[name].wait()
        del self._running[name]
        return code

    def output_of(self, *command, cwd: pathlib.Path) -> bytes:
        """Run a program to its end; returns what it prints."""
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=self._environment,
            cwd=cwd,
            check=False,
        ).stdout

    def wait_for(self, name: str, answers) -> None:
        """Wait until a program does what it was started for.

        :param answers: asks it
        :raises Failed: it has ended, or takes too long
        """

        def look():
            return self._running[name].poll() is not None or answers()

        wait_for(look, self.PATIENCE)
        if self._running[name].poll() is not None or not answers():
            raise Failed(f'{name} does not work')


def _kill(process, number):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def has_http(url: str) -> bool:
    """Tell whether anything below 500 is answered at a URL."""
    try:
        urllib.request.urlopen(url, timeout=10).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def uwsgi(module: str, port: int, workers: int, threads: int = 1) -> list:
    """The command that serves a WSGI module on a loopback port."""
    return [
        'uwsgi',
        *('--http-socket', f'127.0.0.1:{port}'),
        *('--module', f'{module}:application'),
        *('--processes', workers),
        *('--threads', threads),
        *('--buffer-size', 65535),
        # It closes connections without a word of warning otherwise.
        *('--add-header', 'Connection: close'),
        '--master',
        '--enable-threads',
        '--lazy-apps',
        '--need-app',
        '--die-on-term',
        '--disable-logging',
    ]

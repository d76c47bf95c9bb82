# SPDX-License-Identifier: Apache-2.0
"""A real browser, and pages for it to load."""

import os
import signal
import subprocess
import threading

import fixtures
import webob
import webob.dec

from manila_groups.tests import servers
from manila_groups.tests.functional import processes

_FLAGS = (
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
)


def need_chromium(test) -> str:
    """Find Chromium, or skip the test.

    :returns: its path
    """
    return servers.need_program(test, 'chromium')


class Chromium(fixtures.Fixture):
    """Chromium with a page open, until the test ends.

    :param program: its path
    :param url: of the page
    :param arguments: more of them
    """

    def __init__(self, program: str, url: str, *arguments: str):
        self._program, self._url, self._arguments = program, url, arguments

    def _setUp(self):
        home = self.useFixture(fixtures.TempDir()).path
        process = subprocess.Popen(
            [
                self._program,
                *_FLAGS,
                f'--user-data-dir={home}/profile',
                # Keeps the page open until it has done what it is to do.
                '--remote-debugging-port=0',
                *self._arguments,
                self._url,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, 'HOME': home},
            start_new_session=True,
        )
        self.addCleanup(process.wait, processes.PATIENCE)
        self.addCleanup(os.killpg, process.pid, signal.SIGKILL)


class Page:
    """A web site of one page, whose script reports what it has found.

    :param html: the page, whose script posts to /report at its end
    """

    def __init__(self, html: str):
        self._html = html
        self._has_reported = threading.Event()
        self._report = None

    @webob.dec.wsgify
    def __call__(self, request):
        """Serve the page, or take its report."""
        if request.path == '/report':
            self._report = request.json
            self._has_reported.set()
            return webob.Response(status=204)
        if request.path == '/page':
            return webob.Response(self._html, content_type='text/html')
        return webob.Response(status=404)

    def wait(self, test):
        """Wait for the report, and return it."""
        reported = self._has_reported.wait(processes.PATIENCE)
        test.assertTrue(reported, 'the page has not reported')
        return self._report

# SPDX-License-Identifier: Apache-2.0
"""What happens when the log can't be written, such as on a full disk."""

import logging
import sys


def watch(root: logging.Logger) -> None:
    """Say once, and in one line, that the log can't be written.

    Python's handlers print two tracebacks for each record instead.

    :param root: whose handlers write it
    """
    for handler in root.handlers:
        _Watch(handler)


class _Watch:
    """Stands in a handler for what it does with a record and an error."""

    def __init__(self, handler):
        self._handler = handler
        self._emit, self._handle_error = handler.emit, handler.handleError
        self._lost, self._has_failed = 0, False
        handler.emit, handler.handleError = self.emit, self.handle_error

    def emit(self, record):
        """Write a record."""
        self._has_failed = False
        try:
            self._emit(record)
        except OSError:
            # One that looks whether its file has been moved may let it out.
            self.handle_error(record)
        if self._lost and not self._has_failed:
            lost, self._lost = self._lost, 0
            self._say(f'can be written again; records lost: {lost}')

    def handle_error(self, record):
        """Count the record, if it is not the record's fault."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self._handle_error(record)
            return
        self._has_failed = True
        self._lost += 1
        if self._lost == 1:
            self._say(f'cannot be written: {error}')

    def _say(self, what):
        name = getattr(self._handler, 'baseFilename', 'on a stream')
        try:
            print(f'The log {name} {what}', file=sys.stderr, flush=True)
        except OSError:
            # Nobody can be told.
            return

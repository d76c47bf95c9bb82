# SPDX-License-Identifier: Apache-2.0
"""Lists among the values that a command prints."""

from collections.abc import Callable
from typing import Any

from cliff import columns


class Lines(columns.FormattableColumn):
    """A list: a line for each in it, or as the service sent it.

    :param line: makes the line
    """

    def __init__(self, value: list, line: Callable[[Any], str] = str):
        super().__init__(value)
        self._line = line

    def human_readable(self) -> str:
        """What people read in a table."""
        return '\n'.join(map(self._line, self._value))

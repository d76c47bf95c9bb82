# SPDX-License-Identifier: Apache-2.0
"""What goes wrong within a process: drawn by chance, and written down.

The run tells the service's processes by environment variables what to draw
from and where to write.
"""

import collections
import os
import pathlib
import random
import threading

_SEED = 'MANILA_GROUPS_FAULTS_SEED'
_DIRECTORY = 'MANILA_GROUPS_FAULTS_DIRECTORY'


def environment(directory: pathlib.Path, seed: str) -> dict[str, str]:
    """The variables for a process.

    :param directory: which all processes of a run share
    :param seed: another one for each process
    """
    return {_SEED: seed, _DIRECTORY: str(directory)}


class Book:
    """Where processes write down what they have made go wrong.

    :param directory: which all processes of a run share
    """

    def __init__(self, directory: pathlib.Path):
        self._injected = directory / 'injected'
        self._calm = directory / 'calm'

    @property
    def is_calm(self) -> bool:
        """Whether nothing is to go wrong any more."""
        return self._calm.exists()

    def calm(self) -> None:
        """Let nothing go wrong from now on."""
        self._calm.touch()

    def write(self, what: str) -> None:
        """Write one down."""
        with self._injected.open('a') as file:
            file.write(f'{what}\n')

    def counted(self) -> collections.Counter:
        """How often each was written down."""
        try:
            return collections.Counter(self._injected.read_text().splitlines())
        except FileNotFoundError:
            return collections.Counter()


class Chances:
    """Draws what goes wrong, in a process that a run has started."""

    def __init__(self):
        self._random = random.Random(os.environ[_SEED])
        self._lock = threading.Lock()
        self._book = Book(pathlib.Path(os.environ[_DIRECTORY]))

    def draw(self, table: dict[str, float]) -> str | None:
        """Draw one of these; None when nothing goes wrong.

        :param table: what can go wrong, and how often, from 0 to 1
        """
        with self._lock:
            drawn = self._random.random()
        if self._book.is_calm:
            return None
        for what, chance in table.items():
            drawn -= chance
            if drawn < 0:
                self._book.write(what)
                return what
        return None

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        with self._lock:
            return self._random.uniform(low, high)

# SPDX-License-Identifier: Apache-2.0
"""What manila-groups-standalone tells whoever has started it at a terminal."""

from collections.abc import Callable
import pathlib

from oslo_config import cfg

from manila_groups.cmd import standalone_text
from manila_groups.cmd import systemd

#: How many operations are named; of others there is only the number.
_MAX_NAMED = 5


class Terminal(systemd.Systemd):
    """Prints what changes in the process, and tells it to systemd.

    :param conf: the configuration
    :param state: the state directory
    """

    def __init__(self, conf: cfg.ConfigOpts, state: pathlib.Path) -> None:
        super().__init__()
        self._conf, self._state = conf, state
        self._serves = False
        self._reasons: dict[str, str | None] = {}
        self._unfinished: Callable[[], list[str]] = list

    def watch(self, unfinished: Callable[[], list[str]]) -> None:
        """Say how many operations an earlier process has left.

        :param unfinished: names the operations that are not finished
        """
        self._unfinished = unfinished
        count = len(unfinished())
        if count:
            self._print(
                f'Taking up {_operations(count)} that the last run left '
                'unfinished.'
            )

    def back_end(self, name: str, reason: str | None) -> None:
        """Say when a back end becomes ready, or ceases to be.

        :param reason: why it is not ready; None when it is
        """
        before = self._reasons.get(name)
        self._reasons[name] = reason
        if reason is not None and reason != before:
            seconds = self._conf.service.heartbeat_interval
            self._print(
                f'Back end {name} is not ready: {reason.rstrip(".")}. '
                f'It is tried again every {seconds:g} s.'
            )
        elif reason is None and before is not None:
            self._print(f'Back end {name} is ready.')

    def ready(self) -> None:
        """Tell that the process serves, and print how to use it once."""
        super().ready()
        if not self._serves:
            self._print(standalone_text.ready(self._conf, self._state))
        self._serves = True

    def stopping(self) -> None:
        """Say what the end waits for, and how to end at once."""
        super().stopping()
        found = self._unfinished()
        if found:
            self._print(
                standalone_text.stopping(
                    _operations(len(found)),
                    found[:_MAX_NAMED],
                    self._conf.graceful_shutdown_timeout,
                )
            )

    def _print(self, text: str) -> None:
        print(text, flush=True)


def _operations(count: int) -> str:
    return f'{count} operation' + ('s' if count > 1 else '')

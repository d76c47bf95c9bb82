# SPDX-License-Identifier: Apache-2.0
"""What a process tells systemd of itself.

oslo.service tells that a process is ready, and nothing else.
"""

import contextlib
import os
import socket
import time


class Systemd:
    """The service manager, or nobody where none has started the process.

    Takes its address out of the environment: what the process starts has
    nothing to tell.
    """

    def __init__(self):
        self._address = os.environ.pop('NOTIFY_SOCKET', '')

    def ready(self) -> None:
        """Tell that the process serves, for the first time or again."""
        self._tell('READY=1')

    def reloading(self) -> None:
        """Tell that the configuration is being read again."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._tell(f'RELOADING=1\nMONOTONIC_USEC={now}')

    def stopping(self) -> None:
        """Tell that the process has begun to end."""
        self._tell('STOPPING=1')

    def _tell(self, text):
        if not self._address:
            return
        # An @ stands for an address that no file has.
        address = self._address
        if address.startswith('@'):
            address = f'\0{address[1:]}'
        # Whether somebody listens is no matter of the process.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller,
        ):
            teller.sendto(text.encode(), address)

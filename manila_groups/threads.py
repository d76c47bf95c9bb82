# SPDX-License-Identifier: Apache-2.0
"""Chooses native threads for every library that offers eventlet too."""

import sys

# Some libraries import eventlet where it is installed, although nothing here
# uses it: each process would be several MiB larger, and print a warning.
sys.modules.setdefault('eventlet', None)

from oslo_service import backend  # noqa: E402


def init() -> None:
    """Choose oslo.service's threading back end; may be called again.

    Has to run before oslo.messaging is imported, which takes the classes of
    the back end that is in use at that moment.
    """
    backend.init_backend(backend.BackendType.THREADING)

# SPDX-License-Identifier: Apache-2.0
"""Chooses native threads for libraries that also support eventlet."""

import sys

# Some libraries import eventlet if it is installed, although nothing here uses
# it: each process would be several MiB larger, and print a warning.
sys.modules.setdefault('eventlet', None)  # type: ignore[arg-type]

from oslo_service import backend  # noqa: E402


def init() -> None:
    """Choose oslo.service's threading back end; may be called again.

    Must run before oslo.messaging is imported, which then reads the classes of
    the current back end.
    """
    backend.init_backend(backend.BackendType.THREADING)

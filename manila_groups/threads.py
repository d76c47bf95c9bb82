# SPDX-License-Identifier: Apache-2.0
"""Chooses native threads for every library that offers eventlet too."""

import warnings

# Some libraries import eventlet where it is installed, although nothing here
# uses it; the warning that it then prints tells an operator nothing.
warnings.filterwarnings('ignore', message=r'\s*Eventlet is deprecated')

from oslo_service import backend  # noqa: E402


def init() -> None:
    """Choose oslo.service's threading back end; may be called again.

    Has to run before oslo.messaging is imported, which takes the classes of
    the back end that is in use at that moment.
    """
    backend.init_backend(backend.BackendType.THREADING)

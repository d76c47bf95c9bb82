# SPDX-License-Identifier: Apache-2.0
"""PyMySQL's connections, without what TLS costs where there is none.

Unless the URL says otherwise, PyMySQL uses TLS where the server has it, and
checks no certificate.  It prepares this for each connection, and reads all the
certificates of the machine: tens of milliseconds, and several MiB that the
connection keeps.
"""

import functools
import ssl
from typing import Any


@functools.cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _Offered:
    """Stands for a context that all connections share when one needs it."""

    def wrap_socket(self, sock: Any, **kwargs: Any) -> ssl.SSLSocket:
        return _context().wrap_socket(sock, **kwargs)


def connection_class(driver: Any) -> type:
    """Make PyMySQL's class of connections, with the shared context.

    :param driver: the module pymysql
    """

    class Connection(driver.connections.Connection):
        def _create_ssl_ctx(self, options):
            if options:
                return super()._create_ssl_ctx(options)
            return _Offered()

    return Connection

# SPDX-License-Identifier: Apache-2.0
"""Options of oslo.middleware, with the defaults that they have here."""

from oslo_config import cfg
from oslo_middleware import cors
from oslo_middleware import opts

_VERSION = 'X-OpenStack-Manila-API-Version'
_EXPERIMENTAL = 'X-OpenStack-Manila-API-Experimental'
_REQUEST_ID = 'X-OpenStack-Request-ID'
_IDEMPOTENCY_KEY = 'Idempotency-Key'


def set_library_defaults() -> None:
    """Let scripts of other origins send and read what clients of the API do.

    No origin is allowed by default.
    """
    cors.set_defaults(
        allow_headers=[
            'Authorization',
            'X-Auth-Token',
            'X-Service-Token',
            _VERSION,
            _EXPERIMENTAL,
            _REQUEST_ID,
            _IDEMPOTENCY_KEY,
        ],
        expose_headers=[_VERSION, _EXPERIMENTAL, _REQUEST_ID],
        allow_methods=['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    )


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of the filters in api-paste.ini."""
    set_library_defaults()
    for group, options in (
        *opts.list_opts_cors(),
        *opts.list_opts_healthcheck(),
        *opts.list_opts_http_proxy_to_wsgi(),
        *opts.list_opts_sizelimit(),
    ):
        conf.register_opts(options, group)

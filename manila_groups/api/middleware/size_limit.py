# SPDX-License-Identifier: Apache-2.0
"""Limits the size of request bodies."""

from typing import Any

from oslo_middleware import sizelimit
import webob.dec

from manila_groups import exception
from manila_groups.api import collaborators
from manila_groups.api import faults
from manila_groups.api import parsing
from manila_groups.api.schemas import share_group_backup_records

_OPTION = 'max_request_body_size'

#: How paths end whose bodies may have more bytes than others.
LARGER = {
    '/share-group-backups/import': share_group_backup_records.MOST_BYTES,
}


class _Limiter(sizelimit.RequestBodySizeLimiter):
    """oslo.middleware's, with the process's own configuration.

    :param least: how many bytes a body may have, whatever the option says
    """

    def __init__(self, application: Any, conf: Any, least: int = 0):
        super().__init__(application, conf)
        self._least = least

    def _conf_get(self, key: str, group: str = 'oslo_middleware') -> Any:
        return max(self._least, super()._conf_get(key, group))

    @webob.dec.wsgify
    def limited(self, request):
        response = request.get_response(super().__call__)
        if response.status_code == 413 and not faults.is_fault(response):
            raise exception.RequestTooLarge(
                'The body of the request exceeds the limit of '
                f'{self._conf_get(_OPTION)} bytes.'
            )
        return response


class SizeLimit:
    """Lets bodies through that are as large as their paths allow."""

    def __init__(self, application: Any, conf: Any):
        self._application = application
        self._usual = _Limiter(application, conf)
        self._larger = {
            path: _Limiter(application, conf, most)
            for path, most in LARGER.items()
        }

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        conf = global_conf[collaborators.CONF]
        return lambda application: cls(application, conf)

    def __call__(self, environ, start_response):
        """Limit the size of a body.

        :raises RequestTooLarge: the body exceeds the limit
        """
        application = self._application
        if parsing.has_body(environ):
            application = self._limiter_of(environ['PATH_INFO']).limited
        return application(environ, start_response)

    def _limiter_of(self, path):
        for end, limiter in self._larger.items():
            if path.endswith(end):
                return limiter
        return self._usual

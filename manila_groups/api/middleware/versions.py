# SPDX-License-Identifier: Apache-2.0
"""The list of API versions, which needs no token."""

import json

import webob
import webob.dec

from manila_groups import exception
from manila_groups.api import microversions

#: The paths that list the versions, with their status.
_STATUS = {'': 300, '/': 300, '/v2': 200, '/v2/': 200}
_METHODS = ('GET', 'HEAD')


class Versions:
    """Answers requests for the roots, and passes on all others."""

    def __init__(self, application):
        self._application = application

    @classmethod
    def factory(cls, _global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        return cls

    def __call__(self, environ, start_response):
        is_root = environ.get('PATH_INFO', '') in _STATUS
        application = self._list if is_root else self._application
        return application(environ, start_response)

    @webob.dec.wsgify
    def _list(self, request):
        status = _STATUS[request.environ.get('PATH_INFO', '')]
        if request.method not in _METHODS:
            raise exception.MethodNotAllowed(
                f'The method {request.method:.20} is not allowed here.',
                list(_METHODS),
            )
        response = webob.Response(
            status=status,
            body=json.dumps({'versions': [_entry(request)]}).encode(),
            content_type='application/json',
            charset=None,
        )
        if status == 200:
            version = microversions.requested(request.headers)
            response.headers.update(microversions.VARY)
            response.headers.update(
                microversions.answer(request.headers, version)
            )
        return response


def _entry(request):
    return {
        'id': 'v2.0',
        'status': 'CURRENT',
        'version': microversions.to_text(microversions.MAX),
        'min_version': microversions.to_text(microversions.MIN),
        'updated': microversions.UPDATED,
        'links': [
            {
                'rel': 'describedby',
                'type': 'text/html',
                'href': 'https://docs.openstack.org/api-ref/'
                'shared-file-system/',
            },
            {'rel': 'self', 'href': f'{request.application_url}/v2/'},
        ],
        'media-types': [
            {
                'base': 'application/json',
                'type': 'application/vnd.openstack.share+json;version=1',
            }
        ],
    }

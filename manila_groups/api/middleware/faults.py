# SPDX-License-Identifier: Apache-2.0
"""Converts every error of the pipeline to JSON with the fault's name."""

import functools
import html
import re

from oslo_log import log
import webob

from manila_groups import exception
from manila_groups.api import collaborators
from manila_groups.api import faults

LOG = log.getLogger(__name__)

_BREAK = re.compile(r'<br ?/?>')
_TAG = re.compile(r'<[a-zA-Z/!][^>]*>')
_TITLE = re.compile(r'<head>.*</head>|<h1>.*</h1>', re.IGNORECASE | re.DOTALL)


class Faults:
    """Turns the exceptions and error responses of the pipeline into faults.

    :param unavailable: the exceptions of an unavailable database
    """

    def __init__(self, application, unavailable: tuple[type[Exception], ...]):
        self._application = application
        self._unavailable = unavailable

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        made = global_conf[collaborators.KEY]
        return functools.partial(cls, unavailable=made.unavailable)

    def __call__(self, environ, start_response):
        # A server may leave SCRIPT_NAME out if it is empty, but Paste's map
        # of URLs requires it.
        environ.setdefault('SCRIPT_NAME', '')
        response = self._ask(webob.Request(environ))
        return response(environ, start_response)

    def _ask(self, request):
        target = request.environ.get('PATH_INFO', '')
        if target and not target.startswith('/'):
            # OPTIONS * is an example; Paste's map of URLs accepts only paths.
            return faults.response(404, 'The target is not a path.')
        try:
            response = request.get_response(self._application)
        except exception.ServiceError as error:
            return faults.from_error(error)
        except webob.exc.HTTPException as error:
            response = error
        except self._unavailable as error:
            # Every request fails so: a traceback for each would fill the log.
            LOG.error('The database does not answer: %s', _first_line(error))
            LOG.debug('The request that failed', exc_info=True)
            return faults.from_error(
                exception.ServiceUnavailable('The database does not answer.')
            )
        except Exception:
            LOG.exception('%s %r', request.method, target)
            return faults.response(
                500, 'An internal error occurred; see the log of the service.'
            )
        if response.status_code < 400 or faults.is_fault(response):
            return response
        return _translate(response)


def _first_line(error):
    return str(error).partition('\n')[0] or type(error).__name__


def _translate(response):
    """Turn another error response into a fault; keep status and headers."""
    kept = {
        name: value
        for name, value in response.headers.items()
        if name.lower() not in ('content-type', 'content-length')
    }
    return faults.response(response.status_code, _message(response), kept)


def _message(response):
    """Find the message in a response of WebOb or keystonemiddleware."""
    if response.content_type == 'application/json':
        text = _message_in_json(faults.read_json(response))
    else:
        text = response.body.decode('utf-8', 'replace')
    if response.content_type == 'text/html':
        text = html.unescape(_TAG.sub(' ', _TITLE.sub(' ', text)))
    # WebOb's text has line breaks of HTML elsewhere, too, and plain text
    # has the status as its title.
    text = _BREAK.sub(' ', text).strip().removeprefix(response.status)
    return ' '.join(text.split()) or response.status


def _message_in_json(body):
    if isinstance(body, dict):
        error = body.get('error')
        inner = error if isinstance(error, dict) else body
        return str(inner.get('message', ''))
    return ''

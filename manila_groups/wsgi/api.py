# SPDX-License-Identifier: Apache-2.0
"""The API for a WSGI server such as uWSGI, mod_wsgi or gunicorn.

The server loads ``manila_groups.wsgi.api:application`` and may then fork:
loading opens no connection and starts no thread.
"""

import gc
import importlib
import os

from oslo_middleware import request_id

from manila_groups import conf as configuration
from manila_groups.cmd import api
from manila_groups.cmd import process
from manila_groups.db import api as db_api
from manila_groups.rpc import base as rpc

try:
    import uwsgi
except ImportError:
    uwsgi = None

#: The environment variable with configuration files, separated by semicolons.
#: Without it, manila-groups.conf is searched in the default directories.
FILES = 'OS_MANILA_GROUPS_CONFIG_FILES'

#: What libraries import when they are used for the first time.
_IMPORTED_BY_REQUESTS = ('kombu.transport.pyamqp', 'netrc')


def load_application():
    """Build the application; on failure print why and end the process.

    :returns: a WSGI application
    """
    with process.starting():
        conf = _configure()
        db = db_api.Database(conf, wait=False)
        application = api.assemble(conf, db, rpc.transport(conf))
        _load_what_requests_need(db)
    return _with_uwsgi_log_variables(application) if uwsgi else application


def _configure():
    files = os.environ.get(FILES)
    conf = configuration.load(
        files=files.split(';') if files else None,
        program='manila-groups-api',
    )
    configuration.setup_logging(conf)
    process.warn_of_unknown(conf)
    return conf


def _load_what_requests_need(db):
    """Make what forked processes can share."""
    db.make_engine()
    for module in _IMPORTED_BY_REQUESTS:
        importlib.import_module(module)
    # Otherwise the garbage collector would write to every object, and forked
    # processes would copy the memory.
    gc.freeze()


def _with_uwsgi_log_variables(application):
    """Set the variable %(request_id) of uWSGI's log for each request.

    Other servers can log it from the response headers.
    """

    def answer(environ, start_response):
        response = application(environ, start_response)
        found = environ.get(request_id.ENV_REQUEST_ID, '-')
        uwsgi.set_logvar('request_id', found)
        return response

    return answer


application = load_application()

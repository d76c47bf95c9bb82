# SPDX-License-Identifier: Apache-2.0
"""Traces requests with OSProfiler, if it is installed and enabled."""

import threading

import sqlalchemy as sa

from manila_groups import conf as configuration
from manila_groups.api import collaborators
from manila_groups.conf import profiler as options

if options.AVAILABLE:
    from osprofiler import initializer
    from osprofiler import sqlalchemy as profiler_sqlalchemy
    from osprofiler import web


def factory(global_conf, **_local_conf):
    """Make the filter, for the paste.deploy file.

    If tracing is disabled, the pipeline leaves the filter out.
    """
    conf = global_conf[collaborators.CONF]
    if not (options.AVAILABLE and conf.profiler.enabled):
        return lambda application: application
    return lambda application: Profiler(application, conf)


class Profiler:
    """OSProfiler's filter, which is initialized by the first request.

    A WSGI server forks after it has loaded the application, and the notifier
    of the traces may have connections and threads.
    """

    def __init__(self, application, conf):
        self._application = web.WsgiMiddleware(application)
        self._conf = conf
        self._lock = threading.Lock()
        self._is_ready = False

    def __call__(self, environ, start_response):
        """Trace a request that asks for it, signed with one of the keys."""
        with self._lock:
            if not self._is_ready:
                self._begin()
                self._is_ready = True
        return self._application(environ, start_response)

    def _begin(self):
        initializer.init_from_conf(
            conf=self._conf,
            context={},
            project=configuration.PROJECT,
            service='api',
            host=self._conf.host,
        )
        if self._conf.profiler.trace_sqlalchemy:
            profiler_sqlalchemy.add_tracing(sa, sa.Engine, 'db')

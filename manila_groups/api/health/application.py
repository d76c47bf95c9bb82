# SPDX-License-Identifier: Apache-2.0
"""Tells whether this process can do its work."""

from oslo_middleware import base
from oslo_middleware import healthcheck
import webob.exc

from manila_groups import exception
from manila_groups.api import collaborators


class _OwnConfiguration(base.ConfigurableMiddleware):
    def __init__(self, application, conf=None):
        # Callers that [healthcheck] does not allow get 404.
        super().__init__(application or webob.exc.HTTPNotFound(), conf)
        self.oslo_conf = conf[collaborators.CONF]


class Healthcheck(healthcheck.Healthcheck, _OwnConfiguration):
    """oslo.middleware's, with the process's own configuration.

    The settings of the paste.deploy file for one application override the
    section [healthcheck].
    """

    def _conf_get(self, key, group='healthcheck'):
        value = super()._conf_get(key, group)
        if key in self.conf:
            # Otherwise it would apply to other applications of the file, too.
            self.oslo_conf.clear_override(key, group)
        return value

    # The original is static, and called by way of the object.
    def _are_results_healthy(  # type: ignore[override]
        self, results: list
    ) -> bool:
        """Respond with only the reasons of the failed checks."""
        failed = [result for result in results if not result.available]
        if failed:
            raise exception.ServiceUnavailable(
                ' '.join(map(self._explain, failed))
            )
        return True

    def _explain(self, result):
        if self._show_details and result.details:
            return f'{result.reason} {result.details}'
        return result.reason

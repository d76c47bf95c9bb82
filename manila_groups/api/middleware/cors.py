# SPDX-License-Identifier: Apache-2.0
"""Lets scripts of allowed web sites use the API."""

from oslo_middleware import cors

from manila_groups.api import collaborators


class CORS(cors.CORS):
    """oslo.middleware's, with the process's own configuration."""

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file.

        Without an allowed origin, the pipeline leaves the filter out.
        """
        conf = global_conf[collaborators.CONF]
        if not conf.cors.allowed_origin:
            return lambda application: application
        return lambda application: cls(application, conf)

# SPDX-License-Identifier: Apache-2.0
"""Lets the scripts of other web sites use the API, where it is allowed."""

from oslo_middleware import cors

from manila_groups.api import collaborators


class CORS(cors.CORS):
    """oslo.middleware's, with the process's own configuration."""

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file.

        Where no origin is allowed, requests don't pass it.
        """
        conf = global_conf[collaborators.CONF]
        if not conf.cors.allowed_origin:
            return lambda application: application
        return lambda application: cls(application, conf)

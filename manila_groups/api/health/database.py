# SPDX-License-Identifier: Apache-2.0
"""Checks that the database answers and has the required schema."""

from oslo_middleware.healthcheck import pluginbase

from manila_groups.domain import schema


class DatabaseCheck(pluginbase.HealthcheckBaseExtension):
    """Looks at the schema of the database."""

    def __init__(self, oslo_conf, conf):
        super().__init__(oslo_conf, conf)
        self._schema = schema.Schema(oslo_conf)

    def healthcheck(self, server_port):
        """Tell whether the code can work with the database."""
        found = self._schema.check()
        return pluginbase.HealthcheckResult(
            available=found.usable,
            reason=found.reason,
            details=found.details,
        )

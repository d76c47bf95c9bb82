# SPDX-License-Identifier: Apache-2.0
"""Availability zones of schedulers and back ends."""

from manila_groups.db import api as db_api
from manila_groups.db import availability_zones
from manila_groups.db import records


class AvailabilityZones:
    """The availability zones of the service."""

    def __init__(self, db: db_api.Database):
        self._db = db

    def list_all(self) -> list[records.AvailabilityZone]:
        """Read every availability zone, in the order of their names."""
        with self._db.reader() as conn:
            return availability_zones.list_all(conn)

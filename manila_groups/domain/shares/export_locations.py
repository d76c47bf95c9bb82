# SPDX-License-Identifier: Apache-2.0
"""Export locations: the paths under which clients mount a share."""

from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import share_export_locations as rows
from manila_groups.db import shares


class ShareExportLocations:
    """The export locations of the shares that a caller may see."""

    def __init__(self, db: db_api.Database):
        self._db = db

    def share(self, ctxt, share_id: str) -> records.Share:
        """Read a share whose export locations the caller may see.

        :raises NotFound: there is none
        """
        with self._db.reader() as conn:
            share = shares.get(conn, share_id)
        visible = ctxt.visible_project
        if share is None or not (
            share.is_public or visible in (None, share.project_id)
        ):
            raise exception.no_row('share', share_id)
        return share

    def list_of(self, ctxt, share_id: str) -> list[records.ExportLocation]:
        """Read the export locations of a share that the caller may see."""
        with self._db.reader() as conn:
            return rows.of_share(conn, share_id, ctxt.is_admin)

    def get(
        self, ctxt, share_id: str, location_id: str
    ) -> records.ExportLocation:
        """Read one export location of a share.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.reader() as conn:
            found = rows.get(conn, location_id, ctxt.is_admin)
        if found is None or found.share_id != share_id:
            raise exception.NotFound(
                f'The share {share_id} has no export location '
                f'{location_id:.255}.'
            )
        return found

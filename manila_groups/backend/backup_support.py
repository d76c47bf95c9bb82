# SPDX-License-Identifier: Apache-2.0
"""Whether a back end can deal with backups."""

from typing import Any

from oslo_log import log

from manila_groups import exception
from manila_groups.backup import engine as engines
from manila_groups.domain.share_group_backups import places

LOG = log.getLogger(__name__)


class Support:
    """Finds out whether the engine works, until it does.

    :param host: host@backend
    :param engine: None where there are no backups
    """

    def __init__(self, host: str, engine: engines.Engine | None):
        self._host = host
        self._engine = engine
        self._works = False
        self._reason: str | None = None

    def capabilities(self) -> dict[str, Any]:
        """Return what each pool reports of its share groups besides."""
        if self._engine is None:
            return {}
        if not self._works:
            self._try(self._engine)
        return {places.SUPPORT: self._works}

    def _try(self, engine):
        """Set the engine up; without it, all but backups works."""
        try:
            engine.setup()
        except exception.DriverError as error:
            if error.message != self._reason:
                LOG.error(
                    'The back end %s has no backups; it will be retried: %s',
                    self._host,
                    error.message,
                )
            self._reason = error.message
        else:
            self._works = True
            LOG.info('The back end %s can make backups', self._host)

# SPDX-License-Identifier: Apache-2.0
"""Whether a back end can deal with backups."""

from collections.abc import Callable
from collections.abc import Sequence
import threading
from typing import Any

from oslo_log import log

from manila_groups import exception
from manila_groups.backup import engine as engines
from manila_groups.domain.share_group_backups import places

LOG = log.getLogger(__name__)

#: Seconds that a report waits for an engine that is asked anew. Most are
#: faster, and are known in the first report then.
_MOMENT = 3


class Support:
    """Finds out whether the engine works, until it does.

    :param host: host@backend
    :param engine: None where there are no backups
    :param known: finds projects that have complete backups
    """

    def __init__(
        self,
        host: str,
        engine: engines.Engine | None,
        known: Callable[[], Sequence[str]],
    ):
        self._host = host
        self._engine = engine
        self._known = known
        self._works = False
        self._reason: str | None = None
        self._thread: threading.Thread | None = None

    def capabilities(self) -> dict[str, Any]:
        """Return what each pool reports of its share groups besides."""
        if self._engine is None:
            return {}
        is_asked = self._thread is not None and self._thread.is_alive()
        if not self._works and not is_asked:
            self._ask(self._engine)
        return {places.SUPPORT: self._works}

    def _ask(self, engine):
        """Set the engine up in a thread of its own.

        A program or a key manager that does not answer must not keep the
        heartbeat from being written.
        """
        self._thread = threading.Thread(
            target=self._try, args=(engine,), daemon=True
        )
        self._thread.start()
        self._thread.join(_MOMENT)

    def _try(self, engine):
        """Set the engine up; without it, all but backups works."""
        try:
            engine.setup()
            self._check_place(engine)
        except exception.DriverError as error:
            self._log(error.message, None)
        except Exception as error:
            self._log(f'the engine failed: {error!r}', error)
        else:
            self._works = True
            LOG.info('The back end %s can make backups', self._host)

    def _check_place(self, engine):
        """Refuse to make new repositories below an empty mount point."""
        try:
            engine.check_place(self._known())
        except exception.TransientDriverError as error:
            # Backups wait for a server that does not answer.
            LOG.warning(
                'Whether repositories of backups are where they were is not '
                'known: %s',
                error.message,
            )

    def _log(self, reason, error):
        """Write down why it does not work, once for each reason."""
        if reason != self._reason:
            LOG.error(
                'The back end %s has no backups; it will be retried: %s',
                self._host,
                reason,
                exc_info=error,
            )
        self._reason = reason

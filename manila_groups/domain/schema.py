# SPDX-License-Identifier: Apache-2.0
"""Whether the database is as the code needs it."""

import dataclasses

from oslo_log import log

from manila_groups.db import probe

LOG = log.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What was found.

    :ivar usable: whether the code can work with the database
    :ivar reason: in words
    :ivar details: more of them, for operators
    """

    usable: bool
    reason: str
    details: str


class Schema:
    """The schema of the configured database."""

    def __init__(self, conf):
        self._needed = probe.newest_revision()
        self._probe = probe.Probe(conf.database)

    def check(self) -> State:
        """Compare the revision with the code's.

        A newer one is fine: during an upgrade, the schema comes first.
        """
        try:
            found = self._probe.revision()
        except probe.NoAnswer as error:
            LOG.warning('Health check: the database: %s', error)
            return State(False, 'The database does not answer.', str(error))
        if found < self._needed:
            return State(
                False,
                'The schema of the database is too old.',
                f'It is at {found or "none"}, the code needs {self._needed}.',
            )
        return State(True, 'OK', f'The schema of the database is at {found}.')

# SPDX-License-Identifier: Apache-2.0
"""Exports of shares: none, or NFS exports."""

import collections
from collections.abc import Iterable

from manila_groups.backend import driver
from manila_groups.backend.drivers.local import ganesha


class NoExport:
    """Shares are directories of this machine only.

    :param name: the back end's name
    :param section: the options of its section
    """

    def __init__(self, name, section):
        self.name = name
        self.section = section

    def setup(self) -> None:
        """Make sure that shares can be exported.

        :raises DriverError: if they cannot
        """

    def check(self) -> None:
        """Make sure that the NFS server answers.

        :raises TransientDriverError: if it does not
        """

    def locations(self, share_id: str, path: str) -> list:
        """Return the export locations of a share."""
        return [driver.ExportLocation(path=path, is_admin_only=True)]

    def publish(self, shares: Iterable[ganesha.Published]) -> None:
        """Allow exactly the clients in the rules to mount shares."""
        # Taking one from a generator may refuse it.
        collections.deque(shares, maxlen=0)

    def withdraw(self, *share_ids: str) -> None:
        """End the exports of shares."""

    def published(self) -> set[str]:
        """Return the ids of the exported shares."""
        return set()


_KINDS = {'none': NoExport, 'ganesha': ganesha.Ganesha}


def choose(name: str, section):
    """Create the exporter of a back end."""
    return _KINDS[section.export](name, section)

# SPDX-License-Identifier: Apache-2.0
"""How clients mount shares: not at all, or as NFS exports."""

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

        :raises DriverError: if they can't
        """

    def check(self) -> None:
        """Make sure that what exports answers.

        :raises TransientDriverError: if it does not
        """

    def locations(self, share_id: str, path: str) -> list:
        """Say where a share can be mounted from."""
        return [driver.ExportLocation(path=path, is_admin_only=True)]

    def publish(self, share_id: str, path: str, rules: list) -> None:
        """Let those mount a share whom the rules name, and nobody else."""

    def withdraw(self, share_id: str) -> None:
        """Let nobody mount a share any more."""

    def published(self) -> set[str]:
        """Name the shares that somebody may mount."""
        return set()


_KINDS = {'none': NoExport, 'ganesha': ganesha.Ganesha}


def choose(name: str, section):
    """Make what exports the shares of a back end."""
    return _KINDS[section.export](name, section)

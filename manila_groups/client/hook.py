# SPDX-License-Identifier: Apache-2.0
"""What commands of python-manilaclient can do besides, with this service."""

import abc
import argparse
import functools
from typing import Any

from cliff import hooks

from manila_groups.client import axis
from manila_groups.client import resources


class Hook(hooks.CommandHook):
    """More options of a command of another package.

    The command itself stays what it is, and sees nothing of a hook whose
    options are not used.
    """

    @abc.abstractmethod
    def add_options(self, group: Any) -> None:
        """Add the options.

        :param group: a group of a parser of arguments
        """

    @functools.cached_property
    def client(self) -> axis.Client:
        """See resources.client."""
        return resources.client(self.cmd)

    def get_parser(
        self, parser: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        self.add_options(
            parser.add_argument_group('options for the service manila-groups')
        )
        return parser

    def get_epilog(self) -> str:
        return ''

    def after(self, parsed_args: argparse.Namespace, return_code: Any) -> Any:
        return return_code

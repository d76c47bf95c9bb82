# SPDX-License-Identifier: Apache-2.0
"""The service that a command asks, and what its users name."""

import argparse
from typing import Any

from manila_groups.client import axis


def client(command: Any) -> axis.Client:
    """The client of the service.

    :param command: a command of the program ``openstack``
    """
    return axis.Client(command.app.client_manager.share)


def name(text: str) -> str:
    """Read a name or an id from the command line.

    :raises ArgumentTypeError: it is empty, as a variable that is not set is
    """
    if not text:
        raise argparse.ArgumentTypeError('it must not be empty')
    return text


def find(manager: Any, name_or_id: str) -> Any:
    """Find what a user names.

    :param manager: of python-manilaclient, such as its share_groups
    :raises CommandError: there is none, or more than one
    """
    # Here, for those who import all modules and have no client.
    from osc_lib import utils

    return utils.find_resource(manager, name_or_id)


def error(text: str) -> Exception:
    """An error that is a line for the user."""
    from osc_lib import exceptions

    made: Exception = exceptions.CommandError(text)
    return made


def title(name: str) -> str:
    """The title of a column, of the name of a field."""
    return name.replace('_', ' ').title().replace('Id', 'ID')

# SPDX-License-Identifier: Apache-2.0
"""What ``openstack share group create`` is given."""

import argparse
import contextlib
from typing import Any

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import resources

#: Options whose text is sent as it is.
_TEXTS = ('name', 'description', 'availability_zone')
#: Options that name something: where to look for it, and what is sent.
_NAMES = (
    ('source_share_group', 'share_groups', 'source_share_group_id'),
    ('share_group_type', 'share_group_types', 'share_group_type_id'),
    ('share_network', 'share_networks', 'share_network_id'),
    (
        'source_share_group_snapshot',
        'share_group_snapshots',
        'source_share_group_snapshot_id',
    ),
)

#: Hints that name share groups and shares.
_NAMING = ('different_host', 'same_host')
#: Options that python-manilaclient does not know, and what brings them.
_SINCE = {
    'source_share_group': (1, 4),
    'share_group_backup': backups.SINCE,
    **dict.fromkeys((*_NAMING, 'only_host'), (1, 6)),
}


def since(parsed_args: argparse.Namespace) -> axis.Version | None:
    """The version on the axis that a creation needs; None for none."""
    given = vars(parsed_args)
    needed = [_SINCE[name] for name in _SINCE if given.get(name)]
    return max(needed, default=None)


def wanted(
    client: axis.Client, parsed_args: argparse.Namespace
) -> dict[str, Any]:
    """What is sent for the options; nothing for those that are not used.

    :param client: to look for names
    :raises CommandError: what an option names is not there
    """
    share = client.share
    given = {name: value for name, value in vars(parsed_args).items() if value}
    found = {name: given[name] for name in _TEXTS if name in given}
    for option, manager, name in _NAMES:
        if option in given:
            one = resources.find(getattr(share, manager), given[option])
            found[name] = one.id
    if 'share_group_backup' in given:
        backup = backups.find(client, given['share_group_backup'])
        found['source_share_group_backup_id'] = backup['id']
    if 'share_types' in given:
        found['share_types'] = [
            resources.find(share.share_types, name).id
            for name in given['share_types']
        ]
    hints = _hints(share, given)
    return {**found, 'scheduler_hints': hints} if hints else found


def _hints(share: Any, given: dict[str, Any]) -> dict[str, Any]:
    found = {
        name: [_find_named(share, one).id for one in given[name]]
        for name in _NAMING
        if name in given
    }
    if 'only_host' in given:
        found['only_host'] = given['only_host']
    return found


def _find_named(share: Any, name_or_id: str) -> Any:
    """Find a share group or, if there is none of this name, a share."""
    try:
        return resources.find(share.share_groups, name_or_id)
    except Exception as error:
        with contextlib.suppress(Exception):
            return resources.find(share.shares, name_or_id)
        raise error

# SPDX-License-Identifier: Apache-2.0
"""What ``openstack share group create`` is given."""

import argparse
from typing import Any

from manila_groups.client import resources

#: Options whose text is sent as it is.
_TEXTS = ('name', 'description', 'availability_zone')
#: Options that name something: where to look for it, and what is sent.
_NAMES = (
    ('share_group_type', 'share_group_types', 'share_group_type_id'),
    ('share_network', 'share_networks', 'share_network_id'),
    (
        'source_share_group_snapshot',
        'share_group_snapshots',
        'source_share_group_snapshot_id',
    ),
)


def wanted(share: Any, parsed_args: argparse.Namespace) -> dict[str, Any]:
    """What is sent for the options; nothing for those that are not used.

    :param share: a manilaclient.v2.client.Client, to look for names
    :raises CommandError: what an option names is not there
    """
    given = {name: value for name, value in vars(parsed_args).items() if value}
    found = {name: given[name] for name in _TEXTS if name in given}
    for option, manager, name in _NAMES:
        if option in given:
            one = resources.find(getattr(share, manager), given[option])
            found[name] = one.id
    if 'share_types' in given:
        found['share_types'] = [
            resources.find(share.share_types, name).id
            for name in given['share_types']
        ]
    return found

# SPDX-License-Identifier: Apache-2.0
"""The policy rules: one file per noun."""

import itertools

from manila_groups.policies import availability_zones
from manila_groups.policies import base
from manila_groups.policies import extensions
from manila_groups.policies import limits
from manila_groups.policies import messages
from manila_groups.policies import pools
from manila_groups.policies import quota_sets
from manila_groups.policies import security_services
from manila_groups.policies import services
from manila_groups.policies import share_access
from manila_groups.policies import share_export_locations
from manila_groups.policies import share_group_backups
from manila_groups.policies import share_group_snapshots
from manila_groups.policies import share_group_types
from manila_groups.policies import share_groups
from manila_groups.policies import share_networks
from manila_groups.policies import share_replicas
from manila_groups.policies import share_types
from manila_groups.policies import shares
from manila_groups.policies import snapshots


def list_rules() -> list:
    """Every rule of the service, for oslo.policy."""
    modules = (
        base,
        share_groups,
        share_group_snapshots,
        share_group_backups,
        share_group_types,
        share_types,
        shares,
        availability_zones,
        services,
        pools,
        messages,
        share_networks,
        security_services,
        quota_sets,
        limits,
        share_access,
        share_export_locations,
        share_replicas,
        snapshots,
        extensions,
    )
    return list(
        itertools.chain.from_iterable(
            module.list_rules() for module in modules
        )
    )

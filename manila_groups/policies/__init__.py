# SPDX-License-Identifier: Apache-2.0
"""The policy rules: one file per noun."""

import itertools

from manila_groups.policies import base
from manila_groups.policies import share_group_types
from manila_groups.policies import share_groups


def list_rules() -> list:
    """Every rule of the service, for oslo.policy."""
    modules = (base, share_groups, share_group_types)
    return list(
        itertools.chain.from_iterable(
            module.list_rules() for module in modules
        )
    )

# SPDX-License-Identifier: Apache-2.0
"""What shares count, once it is clear which size they have."""

import collections
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from manila_groups import states
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import shares as rows
from manila_groups.domain import changes
from manila_groups.domain.operations import transaction
from manila_groups.domain.quotas import counts as quotas


def settle(
    tx: transaction.Tx,
    shares: Sequence[records.Share],
    transition: states.Transition,
    sizes: Mapping[str, int],
    **notes: Any,
) -> list[records.Share]:
    """Give shares their sizes; give back what they do not need any more.

    :param sizes: each share's id to its size from now on, in GiB
    :param notes: see transaction.Tx.transition
    :returns: the records as they are now
    :raises Lost: one of the shares does not match
    """
    claims = {one.id: sizes[one.id] if one.host else 0 for one in shares}
    ended = tx.transition(
        changes.SHARE,
        shares,
        transition,
        rows.are_as_sized(shares),
        size=rows.ROWS.value_of_each(sizes),
        new_size=None,
        quota_gb=rows.ROWS.value_of_each(sizes),
        claimed_gb=rows.ROWS.value_of_each(claims),
        **notes,
    )
    more: collections.Counter[str] = collections.Counter()
    for one in shares:
        if one.host:
            more[one.host] += one.claimed_gb - claims[one.id]
    for pool, gigabytes in sorted(more.items()):
        if gigabytes:
            pools.release(tx.conn, pool, gigabytes=gigabytes)
    give_back(tx, shares, sizes)
    return ended


def give_back(
    tx: transaction.Tx,
    shares: Sequence[records.Share],
    sizes: Mapping[str, int],
) -> None:
    """Give back the quotas beyond the sizes of shares.

    :param sizes: each share's id to its size, in GiB
    """
    more: collections.Counter[tuple] = collections.Counter()
    for one in shares:
        owner = one.project_id, one.user_id or '', one.share_type_id
        more[owner] += one.quota_gb - sizes[one.id]
    for owner, gigabytes in sorted(more.items()):
        amounts = {quotas.GIGABYTES: gigabytes}
        quotas.give_back(tx.conn, quotas.Owner(*owner), amounts)

# SPDX-License-Identifier: Apache-2.0
"""Quotas: what projects, and users and share types in them, may use.

What is used is counted with the rows that use it, in the same transaction:
for the project, for the user in it, and for some resources for the share type
in it.  So a limit that is set later counts what was there before.
"""

from collections.abc import Mapping
import dataclasses

from manila_groups import exception
from manila_groups.db import quotas as rows
from manila_groups.db import records

SHARES = 'shares'
GIGABYTES = 'gigabytes'
SNAPSHOTS = 'snapshots'
SNAPSHOT_GIGABYTES = 'snapshot_gigabytes'
SHARE_GROUPS = 'share_groups'
SHARE_GROUP_SNAPSHOTS = 'share_group_snapshots'
SHARE_NETWORKS = 'share_networks'
#: A limit on the size of one share, which has no usage.
PER_SHARE_GIGABYTES = 'per_share_gigabytes'

#: Every resource with a limit; [quota] has an option of each name.
RESOURCES = (
    SHARES,
    GIGABYTES,
    SNAPSHOTS,
    SNAPSHOT_GIGABYTES,
    SHARE_GROUPS,
    SHARE_GROUP_SNAPSHOTS,
    SHARE_NETWORKS,
    PER_SHARE_GIGABYTES,
)

#: The resources that are counted for share types too.
COUNTED_BY_SHARE_TYPE = frozenset(
    {SHARES, GIGABYTES, SNAPSHOTS, SNAPSHOT_GIGABYTES}
)
#: The resources that have limits for share types.
RESOURCES_OF_SHARE_TYPES = (
    *(name for name in RESOURCES if name in COUNTED_BY_SHARE_TYPE),
    PER_SHARE_GIGABYTES,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """Whose quotas count what is used.

    :ivar share_type_id: an id; None where there is no share type
    """

    project_id: str
    user_id: str | None = None
    share_type_id: str | None = None

    def scopes(self) -> list[rows.Scope]:
        """The project, the share type in it and the user in it."""
        found = [rows.Scope(self.project_id)]
        if self.share_type_id:
            found.append(
                rows.Scope(self.project_id, share_type_id=self.share_type_id)
            )
        if self.user_id:
            found.append(rows.Scope(self.project_id, user_id=self.user_id))
        return found


def owner_of(share: records.Share) -> Owner:
    """Whose quotas count a share."""
    return Owner(share.project_id, share.user_id, share.share_type_id)


def take(conn, conf, owner: Owner, amounts: Mapping[str, int]) -> None:
    """Use some of quotas.

    :param amounts: resource to how much
    :raises OverQuota: a limit would be exceeded; the transaction has to be
        rolled back, which the error does on its way out
    """
    limits = rows.limits(conn, owner.scopes(), amounts)
    for scopes, resource, amount in _counted(owner, amounts):
        for scope in scopes:
            _use(conn, conf, limits, scope, resource, amount)


def _use(conn, conf, limits, scope, resource, amount):
    limit = _limit(conf, limits, scope, resource)
    if not rows.use(conn, scope, resource, amount, limit):
        used = rows.newest_usage(conn, scope, resource)
        raise exception.OverQuota(
            f'{resource}: over the quota of {_describe(scope)}: the limit is '
            f'{limit}, in use are {used}, asked for is {amount} more.'
        )


def give_back(conn, owner: Owner, amounts: Mapping[str, int]) -> None:
    """Return some of quotas.

    :param owner: the one who used it
    :param amounts: resource to how much
    """
    for scopes, resource, amount in _counted(owner, amounts):
        rows.free(conn, scopes, resource, amount)


def check_size(conn, conf, owner: Owner, size: int) -> None:
    """Check the size of one share, in GiB, against the limit on it.

    :raises OverQuota: it is larger
    """
    scopes = owner.scopes()
    limits = rows.limits(conn, scopes, [PER_SHARE_GIGABYTES])
    for scope in scopes:
        limit = _limit(conf, limits, scope, PER_SHARE_GIGABYTES)
        if limit != rows.UNLIMITED and size > limit:
            raise exception.OverQuota(
                f'{PER_SHARE_GIGABYTES}: over the quota of '
                f'{_describe(scope)}: the limit is {limit}, asked for is '
                f'{size}.'
            )


def _counted(owner, amounts):
    """What to count where, in the order that every transaction keeps to.

    Who has the row of the project need not wait for the rows below it.
    """
    for resource, amount in sorted(amounts.items()):
        scopes = [
            scope
            for scope in owner.scopes()
            if not scope.share_type_id or resource in COUNTED_BY_SHARE_TYPE
        ]
        if amount:
            yield scopes, resource, amount


def _limit(conf, limits, scope, resource):
    """The limit of a scope; below a project, none unless it was set."""
    default = conf.quota[resource] if scope.is_whole else rows.UNLIMITED
    return limits.get((scope, resource), default)


def _describe(scope):
    if scope.share_type_id:
        return f'the share type {scope.share_type_id} in the project'
    return 'the user in the project' if scope.user_id else 'the project'

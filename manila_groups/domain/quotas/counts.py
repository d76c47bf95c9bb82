# SPDX-License-Identifier: Apache-2.0
"""Quotas: how much projects, and users and share types in them, may use.

The usage changes in the transaction that adds or deletes the rows: for the
project, for the user in it and, for some resources, for the share type in it.
It is recorded with or without a limit, so that a limit that is set later
includes what existed before.
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
SHARE_GROUP_BACKUPS = 'share_group_backups'
#: The members of share group backups, and their sizes.
BACKUPS = 'backups'
BACKUP_GIGABYTES = 'backup_gigabytes'
#: A limit on the size of one share, which has no usage.
PER_SHARE_GIGABYTES = 'per_share_gigabytes'

#: Every resource with a limit; each is an option of [quota].
RESOURCES = (
    SHARES,
    GIGABYTES,
    SNAPSHOTS,
    SNAPSHOT_GIGABYTES,
    SHARE_GROUPS,
    SHARE_GROUP_SNAPSHOTS,
    SHARE_NETWORKS,
    PER_SHARE_GIGABYTES,
    SHARE_GROUP_BACKUPS,
    BACKUPS,
    BACKUP_GIGABYTES,
)

#: The resources whose usage is recorded for share types too.
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
    """The project, user and share type whose quotas something uses.

    :ivar share_type_id: None for resources without a share type
    """

    project_id: str
    user_id: str | None = None
    share_type_id: str | None = None

    def scopes(self) -> list[rows.Scope]:
        """The scopes: the project, the share type in it and the user in it."""
        found = [rows.Scope(self.project_id)]
        if self.share_type_id:
            found.append(
                rows.Scope(self.project_id, share_type_id=self.share_type_id)
            )
        if self.user_id:
            found.append(rows.Scope(self.project_id, user_id=self.user_id))
        return found


def owner_of(share: records.Share) -> Owner:
    """Return the owner of a share's quota."""
    return Owner(share.project_id, share.user_id, share.share_type_id)


def take(conn, conf, owner: Owner, amounts: Mapping[str, int]) -> None:
    """Take some of an owner's quotas.

    :param amounts: resource to amount
    :raises OverQuota: a limit would be exceeded; the transaction must be
        rolled back, as it is when the error leaves it
    """
    limits = rows.limits(conn, owner.scopes(), amounts)
    for scopes, resource, amount in _counted(owner, amounts):
        for scope in scopes:
            _use(conn, conf, limits, scope, resource, amount)


def _use(conn, conf, limits, scope, resource, amount):
    limit = _limit(conf, limits, scope, resource)
    if not rows.use(conn, scope, resource, amount, limit):
        used = rows.newest_usage(conn, scope, resource)
        raise _exceeded(
            resource, scope, f'limit {limit}, in use {used}', amount
        )


def give_back(conn, owner: Owner, amounts: Mapping[str, int]) -> None:
    """Give back some of an owner's quotas.

    :param amounts: resource to amount
    """
    for scopes, resource, amount in _counted(owner, amounts):
        rows.free(conn, scopes, resource, amount)


def check_size(conn, conf, owner: Owner, size: int) -> None:
    """Check the size of one share, in GiB, against per_share_gigabytes.

    :raises OverQuota: it is larger
    """
    scopes = owner.scopes()
    limits = rows.limits(conn, scopes, [PER_SHARE_GIGABYTES])
    for scope in scopes:
        limit = _limit(conf, limits, scope, PER_SHARE_GIGABYTES)
        if limit != rows.UNLIMITED and size > limit:
            raise _exceeded(PER_SHARE_GIGABYTES, scope, f'limit {limit}', size)


def _counted(owner, amounts):
    """Yield resources with scopes, in the same order in every transaction.

    The project's row comes first: a transaction that has locked it does not
    wait for the rows of users and share types in it.
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
    """Return a scope's limit; users and share types have none by default."""
    default = conf.quota[resource] if scope.is_whole else rows.UNLIMITED
    return limits.get((scope, resource), default)


def _exceeded(resource, scope, state, amount):
    # Clients tell it from a limit of requests by the word "exceed".
    return exception.OverQuota(
        f'Quota exceeded for {resource}: {state}, requested {amount}'
        f'{_describe(scope)}.'
    )


def _describe(scope):
    if scope.share_type_id:
        return f', for the share type {scope.share_type_id} in the project'
    return ', for the user in the project' if scope.user_id else ''

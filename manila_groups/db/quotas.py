# SPDX-License-Identifier: Apache-2.0
"""Quotas: usage changes in the transaction that adds or deletes the rows."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups.db import models

_USAGE = models.QuotaUsage.__table__
_LIMIT = models.QuotaLimit.__table__

UNLIMITED = -1


def _of_scopes(table, column):
    """Select a column for a project and some users and share types in it."""
    columns = table.c
    users: sa.BindParameter[str] = sa.bindparam('users', expanding=True)
    types: sa.BindParameter[str] = sa.bindparam('share_types', expanding=True)
    return sa.select(
        columns.user_id, columns.share_type_id, columns.resource, column
    ).where(
        columns.project_id == sa.bindparam('project'),
        columns.user_id.in_(users),
        columns.share_type_id.in_(types),
    )


# Made once, as every creation and deletion needs them.
_LIMITS = _of_scopes(_LIMIT, _LIMIT.c.hard_limit)
_USAGES = _of_scopes(_USAGE, _USAGE.c.in_use)
_USE = (
    sa.update(_USAGE)
    .where(
        _USAGE.c.project_id == sa.bindparam('project'),
        _USAGE.c.user_id == sa.bindparam('user'),
        _USAGE.c.share_type_id == sa.bindparam('share_type'),
        _USAGE.c.resource == sa.bindparam('of'),
    )
    .values(in_use=_USAGE.c.in_use + sa.bindparam('amount'))
)
_USE_LIMITED = _USE.where(
    _USAGE.c.in_use + sa.bindparam('amount') <= sa.bindparam('limit')
)


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """The owner of a quota: a project, or one user or share type in it.

    :ivar user_id: empty unless the quota is a user's
    :ivar share_type_id: empty unless the quota is a share type's
    """

    project_id: str
    user_id: str = ''
    share_type_id: str = ''

    @property
    def is_whole(self) -> bool:
        """Whether it is the project as a whole."""
        return not (self.user_id or self.share_type_id)


def limits(
    conn, scopes: Iterable[Scope], resources: Iterable[str] | None = None
) -> dict[tuple[Scope, str], int]:
    """Read the limits that were set; -1 is unlimited.

    :param resources: of these; None of all
    :returns: (scope, resource) to the limit
    """
    return _read(conn, _LIMITS, scopes, resources)


def usages(
    conn, scopes: Iterable[Scope], resources: Iterable[str] | None = None
) -> dict[tuple[Scope, str], int]:
    """Read the usage, where there ever was any.

    :param resources: of these; None of all
    :returns: (scope, resource) to the number
    """
    return _read(conn, _USAGES, scopes, resources)


def project_ids(conn, resource: str) -> list[str]:
    """List the projects that use some of a quota, or have once done so."""
    query = sa.select(_USAGE.c.project_id).where(
        _USAGE.c.resource == resource,
        _USAGE.c.user_id == '',
        _USAGE.c.share_type_id == '',
    )
    return list(conn.scalars(query))


def newest_usage(conn, scope: Scope, resource: str) -> int:
    """Read the newest committed usage, past the transaction's snapshot."""
    query = _USAGES.with_for_update()
    found = _read(conn, query, [scope], [resource])
    return found.get((scope, resource), 0)


def _read(conn, query, scopes, resources):
    # Keyed by the ids of the request: to the database, ids that differ in
    # spaces at the end may be equal.
    asked = {(s.user_id != '', s.share_type_id != ''): s for s in scopes}
    values = {
        'project': next(iter(asked.values())).project_id,
        'users': [scope.user_id for scope in asked.values()],
        'share_types': [scope.share_type_id for scope in asked.values()],
    }
    if resources is not None:
        resources = set(resources)
    found = {}
    for user_id, type_id, resource, number in conn.execute(query, values):
        scope = asked.get((user_id != '', type_id != ''))
        if scope and (resources is None or resource in resources):
            found[scope, resource] = number
    return found


def use(conn, scope: Scope, resource: str, amount: int, limit: int) -> bool:
    """Use some of a quota, by one conditional UPDATE.

    :param limit: -1 is unlimited
    :returns: False if that would exceed the limit; nothing has changed then
    """
    values = {
        'project': scope.project_id,
        'user': scope.user_id,
        'share_type': scope.share_type_id,
        'of': resource,
        'amount': amount,
        'limit': limit,
    }
    statement = _USE if limit == UNLIMITED else _USE_LIMITED
    if conn.execute(statement, values).rowcount:
        return True
    _ensure_row(conn, scope, resource)
    return conn.execute(statement, values).rowcount == 1


def _ensure_row(conn, scope, resource):
    if usages(conn, [scope], [resource]):
        return
    row = {**dataclasses.asdict(scope), 'resource': resource, 'in_use': 0}
    try:
        with conn.begin_nested():
            conn.execute(sa.insert(_USAGE).values(**row))
    except db_exception.DBDuplicateEntry:
        # Another transaction added it a moment ago.
        return


def free(conn, scopes: Iterable[Scope], resource: str, amount: int) -> None:
    """Give back some of a quota, in every scope."""
    counted = sa.or_(*(sa.and_(*_at(_USAGE, scope)) for scope in scopes))
    conn.execute(
        sa.update(_USAGE)
        .where(counted, _USAGE.c.resource == resource)
        .values(in_use=_USAGE.c.in_use - amount)
    )


def set_limits(conn, scope: Scope, values: Mapping[str, int]) -> None:
    """Set limits of a scope.

    :param values: resource to limit
    """
    for resource, value in sorted(values.items()):
        statement = (
            sa.update(_LIMIT)
            .where(*_at(_LIMIT, scope), _LIMIT.c.resource == resource)
            .values(hard_limit=value)
        )
        if not conn.execute(statement).rowcount:
            _insert_limit(conn, scope, resource, value, statement)


def _insert_limit(conn, scope, resource, value, update):
    row = {**dataclasses.asdict(scope), 'resource': resource}
    try:
        with conn.begin_nested():
            conn.execute(sa.insert(_LIMIT).values(**row, hard_limit=value))
    except db_exception.DBDuplicateEntry:
        conn.execute(update)


def delete_limits(conn, scope: Scope) -> None:
    """Delete the limits of a scope, so that the defaults apply again."""
    conn.execute(sa.delete(_LIMIT).where(*_at(_LIMIT, scope)))


def _at(table, scope):
    return (
        table.c.project_id == scope.project_id,
        table.c.user_id == scope.user_id,
        table.c.share_type_id == scope.share_type_id,
    )

# SPDX-License-Identifier: Apache-2.0
"""Rows of shares' access rules, with their metadata."""

import collections
from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import states
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import transitions

_RULE = models.ShareAccessRule.__table__
_METADATA = models.ShareAccessRuleMetadata.__table__
_SHARE = models.Share.__table__

#: The states in which a rule waits for the back end.
WAITING = (
    states.QUEUED_TO_APPLY,
    states.APPLYING,
    states.QUEUED_TO_DENY,
    states.DENYING,
)

ROWS = transitions.Rows(_RULE, states.SHARE_ACCESS, status='state')


def _has_all(pairs):
    return sa.and_(
        *(
            sa.exists().where(
                _METADATA.c.rule_id == _RULE.c.id,
                _METADATA.c.meta_key == key,
                _METADATA.c.meta_value == value,
            )
            for key, value in pairs.items()
        )
    )


FILTERS = {
    **{
        name: listing.equals(_RULE.c[name])
        for name in ('access_type', 'access_to', 'access_level', 'state')
    },
    'metadata': _has_all,
    # Rules for addresses have no key.
    'access_key': lambda _value: sa.false(),
}


def of_share(
    conn, share_id: str, filters: Mapping[str, Any] | None = None
) -> list[records.AccessRule]:
    """Read the rules of a share, oldest first.

    :param filters: keys of FILTERS; metadata is a mapping, all others are
        strings
    """
    conditions = listing.conditions(FILTERS, filters or {}).values()
    return _find(conn, of(share_id), *conditions)


def of_shares(conn, share_ids: list[str]) -> list[records.AccessRule]:
    """Read the rules of some shares, oldest first."""
    return _find(conn, of_any(share_ids))


def get(conn, rule_id: str) -> records.AccessRule | None:
    """Read one rule of any project; None when there is none."""
    found = _find(conn, _RULE.c.id == rule_id)
    return found[0] if found else None


def get_many(conn, ids: list[str]) -> list[records.AccessRule]:
    """Read the rules of these ids; unknown ids are skipped."""
    return _find(conn, _RULE.c.id.in_(ids))


def _find(conn, *conditions):
    query = (
        sa.select(_RULE)
        .where(*conditions)
        .order_by(_RULE.c.created_at, _RULE.c.id)
    )
    rows = conn.execute(query).all()
    metadata: dict[str, dict] = collections.defaultdict(dict)
    if rows:
        pairs = sa.select(_METADATA).where(
            _METADATA.c.rule_id.in_([row.id for row in rows])
        )
        for rule_id, key, value in conn.execute(pairs):
            metadata[rule_id][key] = value
    return [
        records.AccessRule(**row._mapping, metadata=metadata[row.id])
        for row in rows
    ]


def insert(
    conn, values: Mapping[str, Any], metadata: Mapping[str, str]
) -> None:
    """Add a rule that the back end is to apply.

    :param values: columns of the row, without state and times
    :raises Invalid: the share has a rule for the same clients
    """
    now = timeutils.utcnow()
    row = {
        'state': states.QUEUED_TO_APPLY,
        'created_at': now,
        'stepped_at': now,
        **values,
    }
    try:
        conn.execute(sa.insert(_RULE), [row])
    except db_exception.DBDuplicateEntry as error:
        raise exception.Invalid(
            f'access_to: the share {row["share_id"]} has a rule for '
            f'{row["access_to"]} already.'
        ) from error
    ROWS.began(conn, row['id'], row['state'])
    set_metadata(conn, row['id'], metadata)


def set_metadata(conn, rule_id: str, metadata: Mapping[str, str]) -> None:
    """Set or change some keys of a rule; its others stay.

    The caller has locked the rule.
    """
    if not metadata:
        return
    conn.execute(
        sa.delete(_METADATA).where(
            _METADATA.c.rule_id == rule_id, _METADATA.c.meta_key.in_(metadata)
        )
    )
    rows = [
        {'rule_id': rule_id, 'meta_key': key, 'meta_value': value}
        for key, value in metadata.items()
    ]
    conn.execute(sa.insert(_METADATA), rows)


def delete_metadata(conn, rule_id: str, key: str) -> bool:
    """Delete one key; False if the rule does not have it."""
    return transitions.changed(
        conn,
        sa.delete(_METADATA).where(
            _METADATA.c.rule_id == rule_id, _METADATA.c.meta_key == key
        ),
    )


def of(share_id: str):
    """A condition: the rule is one of this share's."""
    return _RULE.c.share_id == share_id


def of_any(share_ids: list[str]):
    """A condition: the rule is one of these shares'."""
    return _RULE.c.share_id.in_(share_ids)


def leases(conn, share_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Read which processes of the release before apply the rules of shares.

    :returns: the id of each share at work to worker and leased_until
    """
    query = sa.select(
        _RULE.c.share_id, _RULE.c.worker, _RULE.c.leased_until
    ).where(of_any(share_ids), _RULE.c.worker.is_not(None))
    return {
        share_id: {'worker': worker, 'leased_until': until}
        for share_id, worker, until in conn.execute(query)
    }


def shares_waiting(conn, *conditions, limit: int = 1000) -> list[str]:
    """Find shares with rules that wait for the back end, longest wait first.

    Leaves out shares that are in no pool, and those that are being deleted:
    their rules go with them.

    :param conditions: further SQL conditions on the shares
    """
    query = (
        sa.select(_RULE.c.share_id)
        .join(_SHARE, _RULE.c.share_id == _SHARE.c.id)
        .where(
            _RULE.c.state.in_(WAITING),
            _SHARE.c.host.is_not(None),
            _SHARE.c.status != states.DELETING,
            *conditions,
        )
        .group_by(_RULE.c.share_id)
        .order_by(sa.func.min(_RULE.c.stepped_at), _RULE.c.share_id)
        .limit(limit)
    )
    return list(conn.scalars(query))

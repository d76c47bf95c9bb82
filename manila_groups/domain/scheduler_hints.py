# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints: with whom something is together on a back end, or apart.

They name share groups and shares.  Where these are is looked up when a
scheduler decides: it may have changed since the request.  What is still being
created may yet go elsewhere, when a back end fails to create it: the decision
waits until that has ended.  So hints never form a circle, as each can name
only what there is.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
from typing import Any

from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import scheduler_hints as rows

FIELD = 'scheduler_hints'
DIFFERENT_HOST = 'different_host'
SAME_HOST = 'same_host'
ONLY_HOST = 'only_host'

#: The hints with ids, each of a share group or a share.
NAMING = (DIFFERENT_HOST, SAME_HOST)


@dataclasses.dataclass(frozen=True, slots=True)
class Hints:
    """What the hints of a share group or a share come to.

    :ivar different_host: the back ends to stay away from
    :ivar same_host: the back ends that will do; None for any
    :ivar only_host: the pool, or the back end, that it has to be in; None
        for any
    :ivar awaits: what it has to wait for, in a sentence; None for nothing
    """

    different_host: frozenset[str] = frozenset()
    same_host: frozenset[str] | None = None
    only_host: str | None = None
    awaits: str | None = None


#: What nothing hints at.
NONE = Hints()


def check(
    conn: db_api.Connection,
    ctxt: context.RequestContext,
    hints: Mapping[str, Any] | None,
) -> None:
    """Check the hints of a creation.

    :raises Invalid: they name what the caller does not see, or contradict
        each other
    :raises Conflict: same_host names what is on no back end
    """
    if not hints:
        return
    _check_apart(hints)
    seen = rows.find(conn, _ids(hints))
    for name, one in _named(hints):
        if one not in seen or not _sees(ctxt, seen[one]):
            raise exception.Invalid(
                f'{FIELD}.{name}: there is no share group and no share with '
                f"the id '{one}'."
            )
    for one in hints.get(SAME_HOST, ()):
        _check_placed(seen[one])
    _check_only_host(conn, hints.get(ONLY_HOST))


def _check_apart(hints):
    both = set(hints.get(SAME_HOST, ())) & set(hints.get(DIFFERENT_HOST, ()))
    if both:
        raise exception.Invalid(
            f"{FIELD}.{DIFFERENT_HOST}: '{min(both)}' is given twice: "
            f'{SAME_HOST} has it, too.'
        )


def _named(hints: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the hint's name and the id of each that is named."""
    for name in NAMING:
        for one in hints.get(name, ()):
            yield name, one


def _ids(hints):
    return {one for _name, one in _named(hints)}


def _sees(ctxt, named: records.Named) -> bool:
    is_own = ctxt.visible_project in (None, named.project_id)
    return is_own or named.is_public


def _check_placed(named):
    if named.host is None and named.status != states.CREATING:
        raise exception.Conflict(
            f'{FIELD}.{SAME_HOST}: the {states.noun(named.kind)} {named.id} '
            f'has the status {named.status}, and is on no back end.'
        )


def _check_only_host(conn, name):
    if name is not None and not rows.is_known(conn, name):
        raise exception.Invalid(
            f"{FIELD}.{ONLY_HOST}: there is no pool or back end '{name}'."
        )


def resolve(
    conn: db_api.Connection,
    placed: Iterable[records.ShareGroup | records.Share],
) -> dict[str, Hints]:
    """Look up what the hints of many come to now, in one statement.

    What is deleted since no longer counts.

    :returns: by the id of who has them
    """
    hints = {one.id: one.scheduler_hints or {} for one in placed}
    seen = rows.find(
        conn, {named for each in hints.values() for named in _ids(each)}
    )
    return {row_id: _resolve(each, seen) for row_id, each in hints.items()}


def _resolve(hints, seen):
    apart, together = (
        [seen[one] for one in hints.get(name, ()) if one in seen]
        for name in NAMING
    )
    return Hints(
        different_host=_back_ends(apart),
        same_host=_back_ends(together) if together else None,
        only_host=hints.get(ONLY_HOST),
        awaits=_awaits(hints, seen),
    )


def _back_ends(found):
    return frozenset(
        one.host.partition('#')[0] for one in found if one.host is not None
    )


def _awaits(hints, seen):
    for name, one in _named(hints):
        if one in seen and seen[one].status == states.CREATING:
            return (
                f'the {states.noun(seen[one].kind)} {one}, which {name} '
                'names, is still being created'
            )
    return None

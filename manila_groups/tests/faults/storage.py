# SPDX-License-Identifier: Apache-2.0
"""What back ends hold at the end, and whether the rows say the same."""

from collections.abc import Collection
import dataclasses
import pathlib

from manila_groups import states
from manila_groups.backend.drivers.local import paths
from manila_groups.tests.faults import ledger
from manila_groups.tests.faults import rows


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """What one back end holds.

    :ivar things: ids, by kind
    :ivar parts: ids of the shares in each group or snapshot, by its id
    :ivar rest: what was not finished
    """

    things: dict[str, set[str]]
    parts: dict[str, set[str]]
    rest: list[str]


def look(directory: pathlib.Path) -> Held:
    """Read the directory of a back end with the driver "local"."""
    parts = {
        kind: {
            one.name: _names(one)
            for one in (directory / where).iterdir()
            if one.is_dir()
        }
        for kind, where in (
            (ledger.GROUPS, paths.GROUPS),
            (ledger.SNAPSHOTS, paths.SNAPSHOTS),
        )
    }
    shares = _names(directory / paths.SHARES).union(
        *parts[ledger.GROUPS].values()
    )
    return Held(
        things={
            ledger.GROUPS: set(parts[ledger.GROUPS]),
            ledger.SNAPSHOTS: set(parts[ledger.SNAPSHOTS]),
            ledger.SHARES: shares,
        },
        parts=parts[ledger.GROUPS] | parts[ledger.SNAPSHOTS],
        rest=[
            f'{where}/{name}'
            for where in (paths.DRAFTS, paths.TRASH)
            for name in _names(directory / where)
        ],
    )


def _names(directory):
    return {one.name for one in directory.iterdir()}


def disagreements(
    host: str,
    held: Held,
    content: rows.Content,
    remembered: Collection[str] = (),
):
    """Tell where rows and a back end differ, either way.

    :param host: host@backend
    :param remembered: ids of what the back end is known to have to remove
    """
    for kind, ids in held.things.items():
        here = {
            row_id: row
            for row_id, row in content.things[kind].items()
            if content.host_of(kind, row) == host
        }
        for row_id in sorted(ids - set(here) - set(remembered)):
            row = content.things[kind].get(row_id)
            says = row and (row['status'], content.host_of(kind, row))
            yield f'{host} holds {kind} {row_id}; its row: {says}'
        for row_id, row in sorted(here.items()):
            if row['status'] == states.AVAILABLE and row_id not in ids:
                yield f'{host} does not hold {kind} {row_id}: available'
    for snapshot_id in held.things[ledger.SNAPSHOTS]:
        members = content.members.get(snapshot_id, set())
        missing = members - held.parts[snapshot_id]
        row = content.things[ledger.SNAPSHOTS].get(snapshot_id)
        if missing and row and row['status'] == states.AVAILABLE:
            yield f'{host}: snapshot {snapshot_id} is without {missing}'

# SPDX-License-Identifier: Apache-2.0
"""A verb that the service does not have: share groups are promoted.

It has a status of its own, a step at the schedulers and two at the back end.
All that has to know of it is the registry, and the back end that can do it.
"""

from collections.abc import Sequence

import fixtures

from manila_groups import states
from manila_groups.backend import payloads
from manila_groups.backend import runs
from manila_groups.db import share_groups as rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import standard
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.rpc import wake

PROMOTING = 'promoting'
PROMOTED = 'promoted'
NEXT = states.Transition((PROMOTING,), PROMOTING)
END = states.Transition((PROMOTING,), states.AVAILABLE)
FAIL = states.Transition((PROMOTING,), states.ERROR)


def _load_choose(conn, operations):
    groups = rows.get_many(conn, [one.resource_id for one in operations])
    return {
        one.id: (
            one,
            placing.Waiting(
                extra_specs=(),
                zone=None,
                tried=frozenset(),
                size_gb=0,
                pool=one.host,
            ),
        )
        for one in groups
    }


def _chosen(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for place, some in placing.by_pool(tasks):
        groups = tx.transition(
            changes.SHARE_GROUP,
            [one.row for one in some],
            NEXT,
            description=place.pool,
        )
        tx.move(some, 'prepare', groups[0])


def _load(conn, operations):
    groups = rows.get_many(conn, [one.resource_id for one in operations])
    return {one.id: (one, None) for one in groups}


def _prepared(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for host in {one.row.host for one in tasks}:
        some = [one for one in tasks if one.row.host == host]
        tx.move(some, 'switch', some[0].row)


def _switched(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for one in tasks:
        tx.transition(
            changes.SHARE_GROUP,
            [one.row],
            END,
            description=PROMOTED,
            event='update',
        )
    tx.end(tasks)


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    tx.fail(task, FAIL, messages.CREATE, 'It was not promoted.')
    tx.end([task])


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    tx.fail(
        task,
        FAIL,
        messages.CREATE,
        'It was not promoted in time.',
        detail=messages.TIMED_OUT,
    )
    tx.end([task])


def _locate(group) -> str:
    return 'prepare' if group.description == group.host else 'choose'


VERB = verbs.Verb(
    name='promote',
    kind=states.SHARE_GROUP,
    resource=changes.SHARE_GROUP,
    during=(PROMOTING,),
    locate=_locate,
    steps=(
        verbs.Step(
            name='choose',
            at=verbs.Place.SCHEDULERS,
            load=_load_choose,
            done=_chosen,
            failed=_failed,
            overdue=_overdue,
            gone=verbs.WAIT,
        ),
        verbs.Step(
            name='prepare',
            at=verbs.Place.BACKEND,
            load=_load,
            done=_prepared,
            failed=_failed,
            overdue=_overdue,
            gone=verbs.Gone(verbs.Away.DOWN, _failed),
        ),
        verbs.Step(
            name='switch',
            at=verbs.Place.BACKEND,
            load=_load,
            done=_switched,
            failed=_failed,
            overdue=_overdue,
            gone=verbs.WAIT,
        ),
    ),
)


class Known(fixtures.Fixture):
    """The registry knows the verb, and back ends can do it.

    :ivar registry: with all verbs of the service, and this one
    :ivar calls: (step, id of the group) of each run
    :ivar meanwhile: called in each run, with its task
    """

    def _setUp(self):
        self.calls = []
        self.meanwhile = lambda _task: None
        self.registry = registries.Registry([*standard.VERBS, VERB])
        of = runs.of
        self.useFixture(
            fixtures.MonkeyPatch(
                'manila_groups.backend.runs.of',
                lambda driver, backups: {
                    **of(driver, backups),
                    **self.runs(driver),
                },
            )
        )

    def runs(self, driver) -> runs.Runs:
        """Make what a back end does, by kind, verb and step."""
        return {
            (VERB.kind, VERB.name, step): self._run(driver, step)
            for step in ('prepare', 'switch')
        }

    def _run(self, driver, step):
        def do(task):
            driver.create_share_group(payloads.share_group(task.row, {}))
            self.calls.append((step, task.row.id))
            self.meanwhile(task)

        return verbs.Run(do, lambda _task: True)


def begin(
    service, row_id: str, verb: verbs.Verb = VERB, forced: bool = False
) -> wake.Wake:
    """Begin a verb on a row that is at rest, as a request would."""
    kind = verb.resource
    with service.db.writer() as conn:
        kind.rows.lock(conn, row_id)
        row = kind.store.get(conn, row_id)
        transition = states.Transition((row.status,), verb.during[0])
        row = changes.transit(conn, kind, row, transition)
        return beginning.begin(conn, verb, row, forced=forced)

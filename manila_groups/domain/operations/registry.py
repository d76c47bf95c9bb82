# SPDX-License-Identifier: Apache-2.0
"""The registry of verbs, checked when a program starts."""

import collections
from collections.abc import Collection
from collections.abc import Iterable

from manila_groups import exception
from manila_groups import states
from manila_groups.db import records
from manila_groups.domain.operations import verb as verbs


class Registry:
    """All verbs of the service.

    :raises ConfigurationError: one of them is incomplete, or a transitional
        status does not have exactly one verb
    """

    def __init__(self, known: Iterable[verbs.Verb]):
        self.verbs = tuple(known)
        self._by_name = {(one.kind, one.name): one for one in self.verbs}
        problems = list(self._problems())
        if problems:
            raise exception.ConfigurationError(
                'The registry of verbs is incomplete: ' + '; '.join(problems)
            )

    def _problems(self):
        names = collections.Counter((v.kind, v.name) for v in self.verbs)
        for (kind, name), count in names.items():
            if count > 1:
                yield f'{kind} {name} is registered {count} times'
        for one in self.verbs:
            yield from _problems_of(one)
        owners = collections.Counter(
            (one.kind, status) for one in self.verbs for status in one.during
        )
        for kind, statuses in states.TRANSITIONAL.items():
            for status in statuses:
                if owners[kind, status] != 1:
                    yield (
                        f'{owners[kind, status]} verbs have the status '
                        f'{status} of the kind {kind}'
                    )
        for kind, status in owners:
            if status not in states.TRANSITIONAL.get(kind, ()):
                yield f'{status} is not a transitional status of {kind}'

    def find(
        self, operation: records.Operation
    ) -> tuple[verbs.Verb, verbs.Step] | None:
        """Find the verb and the step of an operation; None if unknown."""
        found = self._by_name.get((operation.kind, operation.verb))
        step = found and found.step(operation.step)
        return (found, step) if found and step else None

    def verb(self, kind: str, name: str) -> verbs.Verb:
        """Return a verb that is known."""
        return self._by_name[kind, name]

    def of_resource(self, kind: str) -> list[verbs.Verb]:
        """Return the verbs of a kind that its resources' state asks for."""
        return [
            one
            for one in self.verbs
            if one.kind == kind and (one.during or one.find_strays)
        ]

    def ending_when(self, *away: verbs.Away) -> list[tuple[str, str]]:
        """Name the verbs that end when their back end is gone so.

        :returns: (kind, name) of each
        """
        return [
            (one.kind, one.name)
            for one in self.verbs
            for step in one.steps
            if step.gone is not None and step.gone.when in away
        ]

    def endless(self) -> list[tuple[str, str]]:
        """Name the verbs with a step that is never overdue: (kind, name)."""
        return [
            (one.kind, one.name)
            for one in self.verbs
            if any(step.overdue is None for step in one.steps)
        ]

    def check_runs(
        self, place: verbs.Place, runs: Collection[tuple[str, str, str]]
    ) -> None:
        """Check that a process can run each step of its place.

        :param runs: (kind, verb, step) of each step that it can run
        :raises ConfigurationError: it lacks one, or has one too many
        """
        wanted = {
            (one.kind, one.name, step.name)
            for one in self.verbs
            for step in one.steps
            if step.at is place
        }
        wrong = sorted(wanted.symmetric_difference(runs))
        if wrong:
            raise exception.ConfigurationError(
                f'Steps that {place.value} cannot run, or that no verb has: '
                + ', '.join('.'.join(one) for one in wrong)
            )


def _problems_of(one):
    label = f'{one.kind} {one.name}'
    steps = [step.name for step in one.steps]
    if not steps:
        yield f'{label} has no steps'
    if len(set(steps)) < len(steps):
        yield f'{label} has two steps of one name'
    for step in one.steps:
        for part in ('load', 'done', 'failed'):
            if not callable(getattr(step, part)):
                yield f'{label}: the step {step.name} has no {part}'
        if step.overdue is None and one.during:
            yield f'{label}: the step {step.name} is never overdue'
    if one.exclusive and not (one.during or one.find_strays):
        yield f'{label} excludes others, and nothing shows that it is open'

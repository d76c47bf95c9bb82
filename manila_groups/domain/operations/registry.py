# SPDX-License-Identifier: Apache-2.0
"""The registry of verbs, checked when a program starts."""

import collections
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator

from manila_groups import exception
from manila_groups import states
from manila_groups.db import records
from manila_groups.domain import changes
from manila_groups.domain.operations import verb as verbs

#: (kind, verb, step)
StepName = tuple[str, str, str]

#: The most characters that a row of operations has for a name.
_LONGEST_NAME = 32


class Registry:
    """All verbs of the service.

    :raises ConfigurationError: one of them is incomplete, or a status in
        which something is at work does not have exactly one verb
    """

    def __init__(self, known: Iterable[verbs.Verb]):
        self.verbs = tuple(known)
        problems = [
            *_problems_of_names(self.verbs),
            *_problems_of_pairs(self.verbs),
            *(text for one in self.verbs for text in _problems_of(one)),
            *_problems_of_statuses(self.verbs),
        ]
        if problems:
            raise exception.ConfigurationError(
                'The registry of verbs is incomplete: ' + '; '.join(problems)
            )
        self._by_name = {(one.kind, one.name): one for one in self.verbs}
        self._statuses = _statuses_of(self.verbs)

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

    def knows(self, verb: verbs.Verb, status: str | None) -> bool:
        """Tell whether the resources of a verb can have a status."""
        return status in self._statuses[verb.resource.name]

    def of_resource(self, kind: str) -> list[verbs.Verb]:
        """Return the verbs of a kind that its resources' state asks for.

        :raises LookupError: no verb knows the kind
        """
        found = [one for one in self.verbs if one.kind == kind]
        if not found:
            raise LookupError(f'The kind {kind} is unknown to this release.')
        return [one for one in found if one.during or one.find_strays]

    def ending_when(self, *away: verbs.Away) -> list[StepName]:
        """Name the steps that end when their back end is gone so."""
        return self._steps(
            lambda step: step.gone is not None and step.gone.when in away
        )

    def endless(self) -> list[StepName]:
        """Name the steps that are never overdue."""
        return self._steps(lambda step: step.overdue is None)

    def _steps(self, matches: Callable[[verbs.Step], bool]) -> list[StepName]:
        return [
            (one.kind, one.name, step.name)
            for one in self.verbs
            for step in one.steps
            if matches(step)
        ]

    def check_runs(self, runs: Collection[StepName]) -> None:
        """Check that a back end can run each step that back ends do.

        :param runs: the steps that it can run
        :raises ConfigurationError: it lacks one, or has one too many
        """
        wanted = set(self._steps(lambda step: step.at is verbs.Place.BACKEND))
        problems = [
            *(
                f'{_dotted(one)} has no run'
                for one in sorted(wanted - {*runs})
            ),
            *(
                f'{_dotted(one)} has a run, and no verb has the step'
                for one in sorted({*runs} - wanted)
            ),
        ]
        if problems:
            raise exception.ConfigurationError(
                'The runs of back ends do not match the registry of verbs: '
                + '; '.join(problems)
            )


def _dotted(step: StepName) -> str:
    return '.'.join(step)


def _statuses_of(known: Iterable[verbs.Verb]) -> dict[str, set[str]]:
    found = {kind: set(own) for kind, own in states.STATUSES.items()}
    for one in known:
        found[one.resource.name].update(one.during)
    return found


def _problems_of_names(known: Iterable[verbs.Verb]) -> Iterator[str]:
    names = collections.Counter((one.kind, one.name) for one in known)
    for (kind, name), count in names.items():
        if count > 1:
            yield f'{kind}.{name} is registered {count} times'


def _problems_of_pairs(known: Iterable[verbs.Verb]) -> Iterator[str]:
    names = {(one.kind, one.name) for one in known}
    for one in known:
        for other in one.beside:
            if (one.kind, other) not in names:
                yield f'{one.kind}.{one.name} is beside {other}, which is gone'


def _problems_of_statuses(known: Collection[verbs.Verb]) -> Iterator[str]:
    """Tell of statuses with no verb, or with several."""
    owners: collections.Counter[tuple[str, str]] = collections.Counter()
    for one in known:
        owners.update((one.kind, status) for status in one.during)
        for kind, along in one.along.items():
            owners.update((kind, status) for status in along)
    shared = _beside(known)
    for kind, own in states.STATUSES.items():
        for status in own:
            if status not in states.AT_REST:
                owners.setdefault((kind, status), 0)
    for (kind, status), count in owners.items():
        if status in states.AT_REST:
            yield f'in the status {status} nothing is at work on a {kind}'
        elif count != shared.get((kind, status), 1):
            yield f'{count} verbs have the status {status} of the kind {kind}'


def _beside(known: Collection[verbs.Verb]) -> dict[tuple[str, str], int]:
    """Count the verbs with each status, where each of them names the rest."""
    names: dict[tuple[str, str], set[str]] = {}
    for one in known:
        for status in one.during:
            names.setdefault((one.kind, status), set()).add(one.name)
    return {
        key: len(found)
        for key, found in names.items()
        if all(
            found == {one.name, *one.beside}
            for one in known
            if one.kind == key[0] and one.name in found
        )
    }


def _problems_of(one: verbs.Verb) -> Iterator[str]:
    label = f'{one.kind}.{one.name}'
    steps = [step.name for step in one.steps]
    shows = one.during or one.find_strays
    for is_wrong, problem in (
        (not steps, 'has no steps'),
        (len(set(steps)) < len(steps), 'has two steps of one name'),
        (not callable(one.locate), 'has no locate'),
        (not _has_statuses(one), 'has no resource with statuses'),
        (
            bool(one.beside) and not one.is_own,
            'shares its statuses, and does not tell which rows are its own',
        ),
        (
            one.exclusive and not shows,
            'excludes others, and nothing shows that it is open',
        ),
    ):
        if is_wrong:
            yield f'{label} {problem}'
    for name in (one.kind, one.name, *steps):
        if not 0 < len(name) <= _LONGEST_NAME:
            yield f'{label}: {name!r} cannot be stored as a name'
    for step in one.steps:
        for problem in _problems_of_step(one, step):
            yield f'{label}: the step {step.name} {problem}'


def _has_statuses(one: verbs.Verb) -> bool:
    resource = one.resource
    return isinstance(resource, changes.Owned) and (
        resource.name in states.STATUSES
    )


def _problems_of_step(one: verbs.Verb, step: verbs.Step) -> Iterator[str]:
    for part in ('load', 'done', 'failed'):
        if not callable(getattr(step, part)):
            yield f'has no {part}'
    for part in ('begin', 'overdue'):
        found = getattr(step, part)
        if found is not None and not callable(found):
            yield f'has a {part} that cannot be called'
    if not isinstance(step.at, verbs.Place):
        yield f'has an unknown place, {step.at!r}'
    if step.gone is not None and not _can_end(step):
        yield 'has no end for when its back end is gone'
    if step.overdue is None and one.during:
        yield 'is never overdue'


def _can_end(step: verbs.Step) -> bool:
    return (
        step.at is verbs.Place.BACKEND
        and isinstance(step.gone, verbs.Gone)
        and isinstance(step.gone.when, verbs.Away)
        and callable(step.gone.end)
    )

# SPDX-License-Identifier: Apache-2.0
"""The operations of the routes, which the document describes."""

from collections.abc import Iterator
import dataclasses
import functools

from manila_groups.api import microversions
from manila_groups.api import routes
from manila_groups.api import wsgi


@dataclasses.dataclass(frozen=True)
class Method:
    """A controller's method, with its rules.

    :ivar name: controller.method
    :ivar action: its name as an action in the body; None for none
    :ivar reference: whether the path has the reference's spelling
    """

    name: str
    rules: wsgi.Rules
    summary: str
    action: str | None
    reference: bool

    @property
    def success(self) -> int:
        """The status of a successful answer."""
        found = self.rules.reference_success if self.reference else None
        return found or self.rules.success

    @property
    def returns(self):
        """The shape of a successful answer's body; None for no body."""
        found = self.rules.reference_returns if self.reference else None
        return found or self.rules.returns


@dataclasses.dataclass(frozen=True)
class Operation:
    """One HTTP method of one path.

    :ivar path: without the version
    :ivar methods: the methods; several if the body names an action
    """

    path: str
    verb: str
    methods: tuple[Method, ...]

    @property
    def controller(self) -> str:
        """The controller that most of it belongs to."""
        return self.methods[0].name.partition('.')[0]

    @property
    def variables(self) -> list[str]:
        """The variables of the path, in order."""
        return [part[1:-1] for part in self.path.split('/') if '{' in part]

    @property
    def has_body(self) -> bool:
        """Whether it takes a body."""
        return any(method.rules.body for method in self.methods)

    @property
    def conflicts(self) -> bool:
        """Whether the state of a resource may forbid it."""
        return self.verb != 'GET' or any(
            method.rules.conflicts for method in self.methods
        )

    @property
    def creates(self) -> bool:
        """Whether it creates something with an id."""
        return any(method.rules.creates for method in self.methods)

    @property
    def name(self) -> str:
        """Its unique name."""
        one = self.methods[0]
        words = ['reference'] if one.reference else []
        words.append(f'{self.controller}.action' if one.action else one.name)
        last = self.path.rpartition('/')[2]
        # Some methods serve a path and its detail alike.
        if last == 'detail' and not one.name.endswith('.detail'):
            words.append(last)
        return '.'.join(words)


def exist(version: microversions.Version) -> Iterator[Operation]:
    """Yield the operations of a microversion, in the order of the routes."""
    for path, verbs, reference in routes.spelled():
        for verb, target in verbs.items():
            by_action = target if isinstance(target, dict) else {None: target}
            methods = tuple(
                found
                for action, one in by_action.items()
                if version.has(
                    (found := _method(one, action, reference)).rules.since
                )
            )
            if methods:
                yield Operation(path, verb, methods)


@functools.cache
def _method(function, action, reference):
    noun = function.__module__.rpartition('.')[2]
    summary = function.__doc__.partition('\n')[0].rstrip('.')
    return Method(
        f'{noun}.{function.__name__}',
        function.rules,
        summary,
        action,
        reference,
    )

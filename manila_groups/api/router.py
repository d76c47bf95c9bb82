# SPDX-License-Identifier: Apache-2.0
"""From a request's path and method to the controller's method."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any

import routes as routes_library

from manila_groups import exception
from manila_groups.api import absent
from manila_groups.api import microversions
from manila_groups.api import routes

_NOTHING = 'The resource could not be found.'


@dataclasses.dataclass(frozen=True)
class Match:
    """The target of a request's path and method.

    :ivar method: the method to call, unless there are actions
    :ivar actions: the methods, by the name of the action in the body
    :ivar project_id: the project in the path
    :ivar arguments: the path's other variables
    :ivar reference: whether the path has the reference's spelling
    """

    method: Callable | None
    actions: Mapping[str, Callable] | None
    project_id: str | None
    arguments: Mapping[str, Any]
    reference: bool

    def within(self, path: str) -> str:
        """The path that was matched, without the version and the project."""
        rest = path.removeprefix('/v2')
        return rest.removeprefix(f'/{self.project_id}')

    def choose_action(self, body: Mapping) -> tuple[Callable, str]:
        """The method for a body that names an action, and its name.

        :raises Invalid: the body does not have exactly one known action
        """
        actions = self.actions or {}
        names = [name for name in body if name in actions]
        if len(names) != 1 or len(body) != 1:
            raise exception.Invalid(_explain_actions(actions, body))
        return actions[names[0]], names[0]


def _explain_actions(actions: Mapping, body: Mapping) -> str:
    for name in body:
        lack = name not in actions and absent.explain_action(name)
        if lack:
            return lack
    found = ', '.join(repr(name)[:50] for name in list(body)[:5])
    return (
        'The body must be an object with one key, one of: '
        f'{", ".join(sorted(actions))}; it has {found or "none"}.'
    )


class Router:
    """Finds controllers' methods by path and HTTP method.

    What is on the axis share-groups does not exist for other requests: each
    kind of requests has a table of its own.

    :param controllers: one of each class in the table of routes
    """

    def __init__(self, controllers: Iterable[Any]) -> None:
        bound = {type(one).__module__: one for one in controllers}
        self._tables = {
            on_axis: _Table(bound, on_axis) for on_axis in (False, True)
        }

    def match(
        self, path: str, verb: str, version: microversions.Version
    ) -> Match:
        """Find the target of a request.

        :raises NotFound: the path does not exist
        :raises MethodNotAllowed: the path does not have this method
        """
        return self._tables[version.is_on_axis].match(path, verb)


class _Table:
    """The routes of the requests on the axis share-groups, or of all others.

    :param controllers: the controllers, by the names of their modules
    """

    def __init__(self, controllers: Mapping[str, Any], on_axis: bool) -> None:
        self._mapper = routes_library.Mapper(register=False)
        self._mapper.minimization = False
        self._targets: list[tuple[dict, bool]] = []
        for path, methods, reference in routes.spelled():
            found = methods if on_axis else _off_axis(methods)
            bound = {
                verb: _bind(target, controllers)
                for verb, target in found.items()
            }
            if bound:
                self._connect(path, bound, reference)
        self._mapper.create_regs()

    def _connect(self, path: str, methods: dict, reference: bool) -> None:
        # Routes stores only text, so a route has the number of its target.
        number = len(self._targets)
        self._targets.append((methods, reference))
        for prefix in ('/v2', '/v2/{project_id}'):
            self._mapper.connect(
                None,
                prefix + path,
                target=number,
                requirements=routes.FREE_KEYS.get(path, {}),
            )

    def match(self, path: str, verb: str) -> Match:
        """Find the target of a request: see Router."""
        # The mapper's expressions end with $, which also matches before a
        # final newline.
        found = None if path.endswith('\n') else self._mapper.match(path)
        if found is None:
            raise exception.NotFound(_explain_path(path))
        methods, reference = self._targets[int(found.pop('target'))]
        # Servers and WebOb omit the body of a response to HEAD.
        target = methods.get('GET' if verb == 'HEAD' else verb)
        if target is None:
            lack = absent.explain_path(_within_version(path))
            refusal = f'The method {verb:.20} is not allowed here.'
            raise exception.MethodNotAllowed(
                f'{lack} {refusal}' if lack else refusal, _allowed(methods)
            )
        is_table = isinstance(target, dict)
        return Match(
            method=None if is_table else target,
            actions=target if is_table else None,
            project_id=found.pop('project_id', None),
            arguments=found,
            reference=reference,
        )


def _off_axis(methods: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the methods and actions that are not on the axis."""
    found = {
        name: _off_axis(target) if isinstance(target, Mapping) else target
        for name, target in methods.items()
        if isinstance(target, Mapping) or not target.rules.since.is_on_axis
    }
    return {name: target for name, target in found.items() if target != {}}


def _bind(target: Any, controllers: Mapping[str, Any]) -> Any:
    """Bind the functions of the table to the controllers."""
    if isinstance(target, dict):
        return {name: _bind(one, controllers) for name, one in target.items()}
    return target.__get__(controllers[target.__module__])


def _allowed(methods: Iterable[str]) -> list[str]:
    return sorted({*methods, *(['HEAD'] if 'GET' in methods else [])})


def _within_version(path: str) -> str:
    """The path without the version, and without the project if it has one.

    The rest of the path tells whether its first part is a project.
    """
    rest = path.removeprefix('/v2')
    _empty, _first, *more = rest.split('/')
    below = '/' + '/'.join(more)
    return below if more and absent.explain_path(below) else rest


def _explain_path(path: str) -> str:
    if not path.startswith('/v2/'):
        return (
            f'{_NOTHING} All paths of this API begin with /v2: the endpoint '
            'that a client uses must end with it.'
        )
    return absent.explain_path(_within_version(path)) or _NOTHING

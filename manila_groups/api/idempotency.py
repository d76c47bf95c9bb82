# SPDX-License-Identifier: Apache-2.0
"""The header Idempotency-Key: a creation that can be asked for again."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import hashlib
import json
import re
from typing import Any

from manila_groups import context
from manila_groups import exception
from manila_groups.domain import idempotency as domain

HEADER = 'Idempotency-Key'
MAX_LENGTH = 255
_VISIBLE = '[!-~]+'
PATTERN = f'^{_VISIBLE}$'


@dataclasses.dataclass(frozen=True)
class Creates:
    """What a method creates, and how it is shown.

    :ivar kind: the kind, as events name it: a key of domain.EVENTS
    :ivar show: the name of the controller's method that shows it
    :ivar variables: the arguments of that method; the last one is the id of
        the resource, the others are in the path of the creation, too
    """

    kind: str
    show: str
    variables: tuple[str, ...]


def read(
    request, creates: Creates | None, path: str, content: Any
) -> context.Creation | None:
    """Read which creation a request may ask for again.

    :param creates: what the request's method creates; None for nothing
    :param path: without the version and the project
    :param content: of the body, as it was sent
    :returns: None when the request has no key, or creates nothing
    :raises Invalid: a POST has a key that is not 1 to 255 visible ASCII
        characters
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != 'POST':
        return None
    _check(key)
    if creates is None:
        return None
    return context.Creation(
        project_id=request.context.project_id or '',
        key=key,
        digest=_digest(request.method, path, content),
        kind=creates.kind,
    )


def _check(key):
    if len(key) > MAX_LENGTH or not re.fullmatch(_VISIBLE, key):
        raise exception.Invalid(
            f'{HEADER}: {key!r:.100} is not 1 to {MAX_LENGTH} visible ASCII '
            'characters.'
        )


def _digest(*parts):
    text = json.dumps(parts, sort_keys=True, separators=(',', ':'))
    return hashlib.sha256(text.encode()).hexdigest()


class Repeats:
    """Creates once what requests with the same key ask for.

    :param creations: what has been created
    :param enforcer: the policy
    """

    def __init__(self, creations: domain.Creations, enforcer):
        self._creations = creations
        self._enforcer = enforcer

    def once(
        self,
        request,
        method: Callable,
        path_arguments: Mapping[str, str],
        creation: context.Creation,
        create: Callable[[], Any],
    ) -> Any:
        """Create something, or show what the same request has created.

        :param method: the controller's method that creates
        :param path_arguments: the variables of the path
        :param create: calls the method
        :returns: what the method returns
        :raises Unprocessable: the key belongs to another request
        :raises Conflict: what was created is gone
        """
        found = self._creations.find(creation)
        if found is None:
            request.context.creation = creation
            try:
                return create()
            except exception.ServiceError:
                # The same request may have come first, and be the reason:
                # a name or a quota that it has taken.
                found = self._creations.find(creation)
                if found is None:
                    raise
        return self._show(request, method, path_arguments, found)

    def _show(self, request, method, path_arguments, resource_id):
        creates = method.rules.creates
        show = getattr(method.__self__, creates.show)
        *outer, inner = creates.variables
        arguments = {name: path_arguments[name] for name in outer}
        request.rule = show.rules.policy
        self._enforcer.authorize(request.context, request.rule)
        try:
            return show(request, **arguments, **{inner: resource_id})
        except exception.NotFound:
            noun = creates.kind.replace('_', ' ')
            key = request.headers[HEADER]
            raise exception.Conflict(
                f'{HEADER}: the {noun} {resource_id} that was created with '
                f"the key '{key}' is gone; a new one needs another key."
            ) from None

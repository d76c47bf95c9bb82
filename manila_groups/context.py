# SPDX-License-Identifier: Apache-2.0
"""The caller of a request."""

import dataclasses
import functools

from oslo_context import context


@dataclasses.dataclass(frozen=True, slots=True)
class Creation:
    """A creation that the client may ask for again: see domain.idempotency.

    :ivar project_id: of the caller
    :ivar key: the value of the header Idempotency-Key
    :ivar digest: of the request, in hexadecimal digits
    :ivar kind: the kind of what is created, as events name it
    """

    project_id: str
    key: str
    digest: str
    kind: str


class RequestContext(context.RequestContext):
    """The caller of one request, as the pipeline's middleware found it.

    is_admin is decided by the policy rule context_is_admin.

    :ivar creation: what the request creates, if it may be sent again
    """

    creation: Creation | None = None

    @property
    def visible_project(self) -> str | None:
        """The project whose rows the caller may see; None for all."""
        return None if self.is_admin else self.project_id

    @functools.cached_property
    def credentials(self) -> tuple:
        """Everything that policy rules may look at, as one hashable value."""
        return tuple(
            tuple(value) if isinstance(value, list) else value
            for value in self.to_policy_values().values()
        )

    def to_dict(self) -> dict:
        """Make plain data for messages, without the caller's token."""
        values = super().to_dict()
        del values['auth_token']
        return values


def service_context(request_id: str | None = None) -> RequestContext:
    """Make the context of work outside a request.

    :param request_id: the request that began the work
    """
    return RequestContext(is_admin=True, request_id=request_id)

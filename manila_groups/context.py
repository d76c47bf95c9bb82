# SPDX-License-Identifier: Apache-2.0
"""Who makes a request."""

import functools

from oslo_context import context


class RequestContext(context.RequestContext):
    """The caller of one request, as the pipeline's middleware found it.

    is_admin is decided by the policy rule context_is_admin.
    """

    @property
    def visible_project(self) -> str | None:
        """The project whose rows the caller sees; None sees all."""
        return None if self.is_admin else self.project_id

    @functools.cached_property
    def credentials(self) -> tuple:
        """What policy rules may look at, as one key: it never changes."""
        return tuple(
            tuple(value) if isinstance(value, list) else value
            for value in self.to_policy_values().values()
        )

    def to_dict(self) -> dict:
        """Make it plain data for messages, without the caller's token."""
        values = super().to_dict()
        del values['auth_token']
        return values


def service_context(request_id: str | None = None) -> RequestContext:
    """Make the context of work that no request asks for at the moment.

    :param request_id: of the request that the work was begun for
    """
    return RequestContext(is_admin=True, request_id=request_id)

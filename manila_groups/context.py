# SPDX-License-Identifier: Apache-2.0
"""The caller of a request."""

import functools

from oslo_context import context


class RequestContext(context.RequestContext):
    """The caller of one request, as the pipeline's middleware found it.

    is_admin is decided by the policy rule context_is_admin.
    """

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

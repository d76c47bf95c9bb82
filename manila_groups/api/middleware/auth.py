# SPDX-License-Identifier: Apache-2.0
"""Who makes a request: what the end of every pipeline has in common."""

from oslo_middleware import request_id
import webob.dec

from manila_groups import context
from manila_groups.api import collaborators
from manila_groups.api import wsgi

#: The roles that a role implies, as Keystone is set up by default.
_IMPLIED = {
    'admin': ('admin', 'manager', 'member', 'reader'),
    'manager': ('manager', 'member', 'reader'),
    'member': ('member', 'reader'),
}


class Auth:
    """Leaves the caller in the request's environment.

    A pipeline has a subclass of its own, whose identify() finds the caller.

    :param application: what the request goes to next
    :param made: what the process has made
    """

    def __init__(self, application, made: collaborators.Collaborators):
        self._application = application
        self._enforcer = made.enforcer

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        made = global_conf[collaborators.KEY]
        return lambda application: cls(application, made)

    def identify(self, request) -> context.RequestContext:
        """Find out whose request it is.

        :raises Unauthorized: nobody's
        """
        raise NotImplementedError

    @webob.dec.wsgify
    def __call__(self, request):
        caller = self.identify(request)
        caller.is_admin = self._enforcer.is_admin(caller)
        request.environ[wsgi.CONTEXT] = caller
        return self._application


def with_implied(roles) -> list[str]:
    """Add the roles that roles imply, where Keystone has not done it."""
    return sorted(
        {implied for role in roles for implied in _IMPLIED.get(role, (role,))}
    )


def make_context(
    request, user_id: str, project_id: str, roles
) -> context.RequestContext:
    """Make the context of a caller that Keystone knows nothing of.

    :param roles: without those that they imply
    """
    return context.RequestContext(
        user_id=user_id,
        project_id=project_id,
        roles=with_implied(roles),
        request_id=request.environ.get(request_id.ENV_REQUEST_ID),
        global_request_id=request.environ.get(request_id.GLOBAL_REQ_ID),
    )

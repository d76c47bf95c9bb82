# SPDX-License-Identifier: Apache-2.0
"""The caller of a request: the common part of all pipelines."""

from oslo_middleware import request_id
import webob

from manila_groups import context
from manila_groups.api import collaborators
from manila_groups.api import wsgi

#: The roles that a role implies in Keystone by default.
_IMPLIED = {
    'admin': ('admin', 'manager', 'member', 'reader'),
    'manager': ('manager', 'member', 'reader'),
    'member': ('member', 'reader'),
}


class Auth:
    """Stores the caller in the request's environment.

    Each pipeline has a subclass with the method identify().

    :param application: the next application of the pipeline
    :param made: the collaborators of the process
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

    def __call__(self, environ, start_response):
        caller = self.identify(webob.Request(environ))
        caller.is_admin = self._enforcer.is_admin(caller)
        environ[wsgi.CONTEXT] = caller
        return self._application(environ, start_response)


def with_implied(roles) -> list[str]:
    """Add the implied roles, if Keystone has not done it."""
    return sorted(
        {implied for role in roles for implied in _IMPLIED.get(role, (role,))}
    )


def make_context(
    request, user_id: str, project_id: str, roles
) -> context.RequestContext:
    """Make the context of a caller that Keystone does not know.

    :param roles: without implied roles
    """
    return context.RequestContext(
        user_id=user_id,
        project_id=project_id,
        roles=with_implied(roles),
        request_id=request.environ.get(request_id.ENV_REQUEST_ID),
        global_request_id=request.environ.get(request_id.GLOBAL_REQ_ID),
    )

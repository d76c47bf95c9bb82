# SPDX-License-Identifier: Apache-2.0
"""Who makes a request: at the end of each of the two pipelines."""

from keystonemiddleware import auth_token
from oslo_middleware import request_id
import webob
import webob.dec

from manila_groups import context
from manila_groups import exception
from manila_groups.api import collaborators
from manila_groups.api import wsgi

#: The roles that a role implies, as Keystone is set up by default.
_IMPLIED = {
    'admin': ('admin', 'member', 'reader'),
    'member': ('member', 'reader'),
}


class _Auth:
    def __init__(self, application, enforcer):
        self._application = application
        self._enforcer = enforcer

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        enforcer = global_conf[collaborators.KEY].enforcer
        return lambda application: cls(application, enforcer)

    @webob.dec.wsgify
    def __call__(self, request):
        caller = self.identify(request)
        caller.is_admin = self._enforcer.is_admin(caller)
        request.environ[wsgi.CONTEXT] = caller
        return self._application


def token_factory(global_conf, **_local_conf):
    """Make keystonemiddleware's filter, with the process's configuration."""
    conf = {collaborators.CONF: global_conf[collaborators.CONF]}
    return lambda application: auth_token.AuthProtocol(application, conf)


class KeystoneAuth(_Auth):
    """Takes what keystonemiddleware found out from the token."""

    def identify(self, request):
        """Read the caller from the environment."""
        caller = context.RequestContext.from_environ(request.environ)
        if caller.project_id is None:
            raise exception.Forbidden('The token is not scoped to a project.')
        return caller


class NoAuth(_Auth):
    """Believes the headers X-User-Id, X-Project-Id and X-Roles.

    Absent, they mean an administrator of the project admin (wire: HTTP in
    general, Identity).
    """

    def identify(self, request):
        """Read the caller from the headers."""
        roles = {
            implied
            for role in _header(request, 'X-Roles', 'admin').split(',')
            for implied in _IMPLIED.get(role.strip(), (role.strip(),))
        }
        return context.RequestContext(
            user_id=_header(request, 'X-User-Id', 'admin'),
            project_id=_header(request, 'X-Project-Id', 'admin'),
            roles=sorted(roles),
            request_id=request.environ.get(request_id.ENV_REQUEST_ID),
        )


def _header(request, name, default):
    try:
        value = request.headers.get(name, default)
        value = value.encode('latin-1').decode('utf-8')
    except UnicodeError:
        raise exception.Invalid(f'{name}: is not UTF-8.') from None
    if not 0 < len(value) <= 255:
        raise exception.Invalid(f'{name}: must have 1 to 255 characters.')
    return value

# SPDX-License-Identifier: Apache-2.0
"""The pipeline http_basic: users and passwords in files, without Keystone."""

from oslo_log import log
from oslo_middleware import basic_auth
import webob.exc

from manila_groups import exception
from manila_groups.api.middleware import accounts
from manila_groups.api.middleware import auth
from manila_groups.api.middleware import web_pages

LOG = log.getLogger(__name__)

_CHALLENGE = 'Basic realm="manila-groups", charset="UTF-8"'


class HttpBasic(auth.Auth):
    """Checks the password, and finds the user's project and roles.

    oslo.middleware's own filter would answer 401 for all errors of the
    applications behind it, so this class calls only its parts.
    """

    def __init__(self, application, made):
        super().__init__(application, made)
        options = made.conf.http_basic
        self._accounts = accounts.Accounts(
            options.htpasswd_file, options.users_file
        )
        self._origins = web_pages.Origins(made.conf)

    def identify(self, request):
        """Find the caller from the header Authorization."""
        # A browser adds the password to requests of other sites' pages.
        self._origins.check(request)
        try:
            name = self._authenticate(request)
            user = self._accounts.find(name)
        except exception.ConfigurationError as error:
            LOG.error('%s', error.message)
            raise exception.ServiceUnavailable(
                'The users cannot be read; see the log of the service.'
            ) from None
        if user is None:
            raise exception.Forbidden(
                f'The user {name} has no project in this service.'
            )
        return auth.make_context(request, name, user.project_id, user.roles)

    def _authenticate(self, request):
        try:
            token = basic_auth.parse_header(request.environ)
            name, password = basic_auth.parse_token(token)
        except webob.exc.HTTPException:
            raise exception.Unauthorized(
                'HTTP basic authentication with a user name and a password '
                'is required.',
                _CHALLENGE,
            ) from None
        if not self._accounts.check(name, password):
            LOG.info('Wrong user name or password: %.255r', name)
            raise exception.Unauthorized(
                'The user name or the password is wrong.', _CHALLENGE
            )
        return name

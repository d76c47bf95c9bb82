# SPDX-License-Identifier: Apache-2.0
"""The pipeline keystone: keystonemiddleware and its results."""

import importlib.util

from keystoneauth1 import exceptions as keystone_exception
from keystonemiddleware import auth_token
from oslo_config import cfg
from oslo_log import log
import webob.exc

from manila_groups import context
from manila_groups import exception
from manila_groups.api import collaborators
from manila_groups.api.middleware import auth
from manila_groups.conf import keystone as options

LOG = log.getLogger(__name__)

_MISTAKES = (
    cfg.Error,
    ValueError,
    OSError,
    keystone_exception.ClientException,
    auth_token.ConfigurationError,
)


class AuthToken(auth_token.AuthProtocol):
    """keystonemiddleware's filter, which reports an unavailable Keystone.

    Unless a cache comes with each request, the filter has its own from the
    start: forked processes share what it imports. It opens no connection.
    """

    def __init__(self, application, options):
        super().__init__(application, options)
        if not self._conf.get('cache'):
            self._token_cache.initialize({})

    def process_request(self, request):
        """Validate the token."""
        try:
            return super().process_request(request)
        except (
            keystone_exception.ClientException,
            webob.exc.HTTPServiceUnavailable,
        ) as error:
            # Every request fails so: a traceback for each would fill the log.
            LOG.error('Keystone cannot be used: %s', error)
            raise exception.ServiceUnavailable(
                'Keystone cannot be used to validate tokens.'
            ) from None


def token_factory(global_conf, **_local_conf):
    """Make keystonemiddleware's filter, with the process's configuration.

    :raises ConfigurationError: the options of [keystone_authtoken] cannot be
        used
    """
    conf = global_conf[collaborators.CONF]

    def make(application):
        options.register(conf)
        try:
            _check(conf)
            return AuthToken(application, {collaborators.CONF: conf})
        except _MISTAKES as error:
            reason = ' '.join(str(error).split())
            raise exception.ConfigurationError(
                f'[{options.GROUP}]: {reason}'
            ) from error

    return make


def _check(conf):
    """Find errors at the start that would make every request fail."""
    values = conf[options.GROUP]
    section = values.auth_section or options.GROUP
    if not conf[section].auth_type:
        raise ValueError(
            f'auth_type is not set in [{section}], so the service cannot log '
            'in to Keystone to validate tokens'
        )
    if not values.memcached_servers:
        return
    needed = {'memcache': 'python-memcached'}
    if values.memcache_tls_enabled or values.memcache_sasl_enabled:
        needed = {'bmemcached': 'python-binary-memcached'}
    if values.memcache_security_strategy.upper() == 'ENCRYPT':
        needed['cryptography'] = 'cryptography'
    for module, package in needed.items():
        if importlib.util.find_spec(module) is None:
            raise ValueError(
                f'memcached_servers needs the Python package {package}, '
                'which is not installed'
            )


class KeystoneAuth(auth.Auth):
    """Reads the caller that keystonemiddleware found in the token."""

    def identify(self, request):
        """Read the caller from the environment."""
        caller = context.RequestContext.from_environ(request.environ)
        if caller.project_id is None:
            raise exception.Forbidden(
                f'The token is scoped to {_scope(caller)}; this service '
                'requires a token that is scoped to a project.'
            )
        return caller


def _scope(caller):
    if caller.system_scope:
        return 'the system'
    return 'a domain' if caller.domain_id else 'nothing'

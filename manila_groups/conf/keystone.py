# SPDX-License-Identifier: Apache-2.0
"""Options of keystonemiddleware.

Only the pipeline keystone and the sample configuration use them: other
processes do without the memory that the library takes.
"""

from keystoneauth1 import loading
from keystonemiddleware import auth_token
from oslo_config import cfg

GROUP = 'keystone_authtoken'


def set_defaults() -> None:
    """Give options of the library the defaults that they have here."""
    for group, options in auth_token.AUTH_TOKEN_OPTS:
        if group == GROUP:
            cfg.set_defaults(
                options,
                service_token_roles_required=True,
                service_type='shared-file-system',
            )


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options on a configuration."""
    set_defaults()
    for group, options in auth_token.list_opts():
        conf.register_opts(options, group=group)
    # Also where auth_section points to.
    loading.register_auth_conf_options(conf, GROUP)

# SPDX-License-Identifier: Apache-2.0
"""Options of the API."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup('api', title='The HTTP API')

OPTS = [
    cfg.StrOpt(
        'paste_config',
        default='api-paste.ini',
        help='The paste.deploy file that says which middleware requests go '
        'through: an absolute path, or a name that is looked for where '
        'configuration files are.',
    ),
    cfg.StrOpt(
        'auth_strategy',
        default='keystone',
        choices=[
            ('keystone', 'tokens are validated by Keystone'),
            (
                'http_basic',
                'users and passwords are in files: for a cloud without '
                'Keystone',
            ),
            (
                'noauth',
                'request headers are believed: for a first look on one '
                'machine, and for tests',
            ),
        ],
        help='Which pipeline of the paste.deploy file is used.',
    ),
    cfg.BoolOpt(
        'noauth_on_any_address',
        default=False,
        help='Serve the pipeline noauth to other machines too: everybody who '
        'can reach the API is an administrator then. Otherwise, with '
        'auth_strategy = noauth, bind_host has to be a loopback address, and '
        'requests that come from another address or have passed a proxy are '
        'refused.',
    ),
    cfg.ListOpt(
        'allowed_hosts',
        default=[],
        item_type=cfg.types.HostDomain(),
        help='With auth_strategy = noauth: the names, without a port, under '
        'which clients reach the API, beside localhost and the loopback '
        'addresses; behind a proxy, also those that it writes into '
        'X-Forwarded-Host. A request whose Host is another name is refused, '
        'as a web page may have sent it. With noauth_on_any_address, every '
        'address may be Host, and names have to be listed here.',
    ),
    cfg.HostAddressOpt(
        'bind_host',
        default='127.0.0.1',
        help='The address that manila-groups-api and '
        'manila-groups-standalone listen on. A WSGI server that loads '
        'manila_groups.wsgi.api has its own setting.',
    ),
    cfg.PortOpt(
        'bind_port',
        default=8786,
        help='The port that manila-groups-api and manila-groups-standalone '
        'listen on.',
    ),
    cfg.IntOpt(
        'threads',
        default=8,
        min=1,
        help='How many requests manila-groups-api and '
        'manila-groups-standalone work on at the same time.',
    ),
    cfg.FloatOpt(
        'broker_patience',
        default=5,
        min=0,
        mutable=True,
        help='Seconds that the message broker may take no message before '
        'requests that begin work are answered with 503. Those that were '
        'accepted before are not lost: the database knows what there is to '
        'do. 0 accepts all, which is then done as the searches of '
        'reconcile_interval find it.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=1,
        help='The most rows that one page of a list has, whatever limit the '
        'request names.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(GROUP, OPTS)]

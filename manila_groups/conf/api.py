# SPDX-License-Identifier: Apache-2.0
"""Options of the API."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup('api', title='The HTTP API')

OPTS = [
    cfg.StrOpt(
        'paste_config',
        default='api-paste.ini',
        help='The paste.deploy file with the pipelines of middleware: an '
        'absolute path, or a file name that is searched for in the '
        'directories of configuration files.',
    ),
    cfg.StrOpt(
        'auth_strategy',
        default='keystone',
        choices=[
            ('keystone', 'tokens are validated by Keystone'),
            (
                'http_basic',
                'users and passwords are read from files, for a cloud without '
                'Keystone',
            ),
            (
                'noauth',
                'request headers are trusted; for trying the service out on '
                'one machine, and for tests',
            ),
        ],
        help='The pipeline of the paste.deploy file that requests go through.',
    ),
    cfg.BoolOpt(
        'noauth_on_any_address',
        default=False,
        help='Serve the noauth pipeline to other machines. Everybody who can '
        'reach the API is then an administrator. If false, with '
        'auth_strategy = noauth, bind_host must be a loopback address, and '
        'requests from other addresses or through a proxy are refused.',
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
        help='The number of threads of manila-groups-api and '
        'manila-groups-standalone, which is the number of requests that they '
        'process at the same time.',
    ),
    cfg.FloatOpt(
        'broker_patience',
        default=5,
        min=0,
        mutable=True,
        help='Number of seconds that the message broker may be unavailable '
        'before requests that begin an operation are refused with 503. '
        'Operations accepted earlier are not lost: they are in the database. '
        '0 accepts all requests; the searches of reconcile_interval then '
        'find their operations.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=1,
        help='The maximum number of items in one page of a list, whatever '
        'limit the request asks for.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(GROUP, OPTS)]

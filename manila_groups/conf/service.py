# SPDX-License-Identifier: Apache-2.0
"""Options that schedulers and back ends have in common."""

import copy
import socket

from oslo_config import cfg

from manila_groups.conf import values

GROUP = cfg.OptGroup('service', title='Schedulers and back ends')

#: The section [DEFAULT].
DEFAULTS = [
    cfg.Opt(
        'host',
        type=values.Text(
            'have 1 to 100 characters, without @ and #', '^[^@#]+$', 100
        ),
        default=socket.gethostname(),
        sample_default='<the name of this machine>',
        help='The name of this machine in the service: the first part of '
        'host@backend#pool. Do not change it while share groups or shares '
        'are here. Schedulers with the same name are '
        'one in the list of services; a second manila-groups-backend on a '
        'machine needs another name, or other back ends.',
    ),
    cfg.IntOpt(
        'graceful_shutdown_timeout',
        default=60,
        min=0,
        mutable=True,
        help='The number of seconds that a process may take to end. '
        'Operations that still run then are interrupted and done again: by '
        'the same back end after its next start, or by any scheduler. 0 means '
        'no limit.',
    ),
]

OPTS = [
    cfg.FloatOpt(
        'heartbeat_interval',
        default=5,
        min=0.1,
        mutable=True,
        help='Seconds between two heartbeats of a process. Back ends '
        'report their capacity and capabilities with each.',
    ),
    cfg.FloatOpt(
        'down_time',
        default=30,
        min=0.2,
        mutable=True,
        help='Seconds without a heartbeat after which a process counts '
        'as down: a back end that is down gets no share groups and no shares. '
        'Keep it at several times heartbeat_interval.',
    ),
    cfg.StrOpt(
        'availability_zone',
        default='nova',
        max_length=255,
        help='The availability zone of the processes of this machine. A '
        'back end can have its own (backend_availability_zone).',
    ),
    cfg.FloatOpt(
        'reconcile_interval',
        default=10,
        min=0.1,
        mutable=True,
        help='The interval in seconds after which a process looks for '
        'operations that wait for it when no message has told it to, and '
        'between two searches of the schedulers for operations that nobody '
        'can end.',
    ),
    cfg.FloatOpt(
        'stuck_after',
        default=60,
        min=0.1,
        mutable=True,
        help='The number of seconds without progress after which an '
        'operation whose back end is down or removed goes on without it: a '
        'share group is created elsewhere, for example.',
    ),
    cfg.FloatOpt(
        'work_deadline',
        default=3600,
        min=1,
        mutable=True,
        help='The maximum number of seconds that a share group, a share, a '
        'share group snapshot or an access rule may keep a status such as '
        'creating or deleting without progress. After that, its status '
        'becomes an error status, with a user message, and its owner can '
        'delete it. Choose a longer time than the slowest back end needs.',
    ),
    cfg.IntOpt(
        'work_tries',
        default=10,
        min=1,
        mutable=True,
        help='The maximum number of times that the same operation is taken up '
        'without an end, as when each process that works on it is killed. '
        'After that it ends as at work_deadline.',
    ),
    cfg.IntOpt(
        'worker_threads',
        default=16,
        min=1,
        max=256,
        help='The maximum number of calls of its driver that each back end '
        'makes at the same time, for different share groups.',
    ),
    cfg.IntOpt(
        'message_ttl',
        default=2592000,
        min=60,
        mutable=True,
        help='The number of seconds that user messages are kept.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_opts(DEFAULTS)
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(None, DEFAULTS), (GROUP, OPTS)]

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
        help='The name under which the processes of this machine are known: '
        'the first part of host@backend#pool. It must not change while share '
        'groups or shares are placed here. Schedulers with the same name are '
        'one in the list of services; a second manila-groups-backend on a '
        'machine needs another name, or other back ends.',
    ),
    cfg.IntOpt(
        'graceful_shutdown_timeout',
        default=60,
        min=0,
        mutable=True,
        help='How many seconds a process may take to end. What it works on '
        'then is cut off and done again: by the same back end after its next '
        'start, or by any scheduler. 0 sets no limit.',
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
        help='Seconds between two searches for share groups, shares, share '
        'group snapshots and access rules with work that was left '
        'unfinished.',
    ),
    cfg.FloatOpt(
        'stuck_after',
        default=60,
        min=0.1,
        mutable=True,
        help='Seconds that a share group, a share, a share group snapshot or '
        'an access rule may wait without any progress for its work to be '
        'done before it is taken up again.',
    ),
    cfg.FloatOpt(
        'work_deadline',
        default=3600,
        min=1,
        mutable=True,
        help='Seconds that a share group, a share, a share group snapshot or '
        'an access rule may have a status such as creating or deleting '
        'without getting any further. Then it is given up: it goes to its '
        'error status, with a user message. From here on, the owner can '
        'delete what is still creating. Keep it longer than the slowest back '
        'end needs.',
    ),
    cfg.IntOpt(
        'work_tries',
        default=10,
        min=1,
        mutable=True,
        help='How often the same work may be taken up without coming to an '
        'end, as it is when each process that does it is killed. Then it is '
        'given up as at work_deadline.',
    ),
    cfg.IntOpt(
        'message_ttl',
        default=2592000,
        min=60,
        mutable=True,
        help='Seconds that a user message is kept.',
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

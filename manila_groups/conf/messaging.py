# SPDX-License-Identifier: Apache-2.0
"""Options of the messages between the processes."""

import copy

from oslo_config import cfg
from oslo_messaging import server
from oslo_messaging._drivers import impl_rabbit

from manila_groups.conf import values

#: Seconds between two attempts to reach RabbitMQ, at most: until one succeeds,
#: work is refused.
INTERVAL = 5

#: Threads in which a process receives messages.  Each keeps its memory, and a
#: wake-up takes one for a moment only.
THREADS = 4

GROUP = cfg.OptGroup(
    'upgrade_levels', title='Versions of messages during an upgrade'
)

_HELP = (
    'The newest version of the messages to {} that this process sends, such '
    'as 1.0. During an upgrade, set it in the new release to the version of '
    'the oldest running {}. If not set, messages have the newest version of '
    'this release.'
)


def _level(name, receiver):
    return cfg.Opt(
        name,
        type=values.Text('be a version such as 1.0', r'^(\d{1,9}\.\d{1,9})?$'),
        help=_HELP.format(f'{receiver}s', receiver),
    )


OPTS = [_level('scheduler', 'scheduler'), _level('backend', 'back end')]


def set_library_defaults() -> None:
    """Let the queues outlive a node of RabbitMQ, as on a cluster they can.

    And let a process find soon that RabbitMQ is back: until then it refuses
    work.  And let it need no thread for each message of a burst.
    """
    cfg.set_defaults(server._pool_opts, executor_thread_pool_size=THREADS)
    cfg.set_defaults(
        impl_rabbit.rabbit_opts,
        rabbit_quorum_queue=True,
        rabbit_interval_max=INTERVAL,
    )


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(GROUP, OPTS)]

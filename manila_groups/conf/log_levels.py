# SPDX-License-Identifier: Apache-2.0
"""The levels of loggers, which can change while a process runs."""

import logging

from oslo_config import cfg
from oslo_log import _options
from oslo_log import log

_NAME = 'default_log_levels'

_LEVELS = [
    *log.get_default_log_levels(),
    'alembic=WARN',
    # It would tell the connection string, and a password in it.
    'osprofiler.notifier=WARN',
    'waitress.queue=ERROR',
]


def set_library_defaults() -> None:
    """Give oslo.log's option its default here, and let it change.

    The library takes over a new value of ``debug`` only.
    """
    log.set_defaults(default_log_levels=_LEVELS)
    for option in _options.log_opts:
        if option.name == _NAME:
            option.mutable = True


def check(conf: cfg.ConfigOpts) -> None:
    """Find a level that there is not.

    :raises ValueError: naming it
    """
    known = logging.getLevelNamesMapping()
    for name, level in _by_logger(conf).items():
        if isinstance(level, str) and level not in known:
            raise ValueError(f'{_NAME}: {name}={level} is not a log level')


def follow(conf: cfg.ConfigOpts) -> None:
    """Set the levels anew whenever the option has changed."""
    known = _by_logger(conf)

    def take_over(conf, changed):
        if (None, _NAME) not in changed:
            return
        levels = _by_logger(conf)
        for name in known.keys() - levels.keys():
            logging.getLogger(name).setLevel(logging.NOTSET)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        known.clear()
        known.update(levels)

    conf.register_mutate_hook(take_over)


def _by_logger(conf):
    pairs = (pair.partition('=') for pair in conf[_NAME])
    return {
        name: int(level) if level.isdigit() else level
        for name, _equals, level in pairs
    }

# SPDX-License-Identifier: Apache-2.0
"""Options of OSProfiler, where it is installed."""

from oslo_config import cfg

try:
    from osprofiler import opts
except ImportError:
    AVAILABLE = False
else:
    AVAILABLE = True


def register(conf: cfg.ConfigOpts) -> None:
    """Register the library's options on a configuration."""
    if AVAILABLE:
        for group, options in opts.list_opts():
            for option in options:
                # With a password in it, reports must not tell it.
                option.secret |= option.dest == 'connection_string'
            conf.register_opts(options, group)

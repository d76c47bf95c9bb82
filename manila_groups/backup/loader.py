# SPDX-License-Identifier: Apache-2.0
"""Makes the engine that the configuration names."""

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backup import engine
from manila_groups.backup import restic
from manila_groups.backup import running


def build(
    conf: cfg.ConfigOpts, runner: running.Runner
) -> engine.Engine | None:
    """Make an engine, without calling its setup().

    :param runner: runs its program
    :returns: None if there are to be no backups
    :raises ConfigurationError: the options of [backup] contradict each other
    """
    section = conf.backup
    if section.repository is None:
        return None
    if bool(section.secret_file) == bool(section.secret_id):
        both = 'both are' if section.secret_file else 'neither is'
        raise exception.ConfigurationError(
            '[backup] secret_file, secret_id: one of them must be set with '
            f'[backup] repository; {both}'
        )
    return restic.Restic(conf, runner)

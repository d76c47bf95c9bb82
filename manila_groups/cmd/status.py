# SPDX-License-Identifier: Apache-2.0
"""manila-groups-status: is this installation ready for an upgrade."""

import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import migrations


class Checks(upgradecheck.UpgradeCommands):
    """The checks of ``manila-groups-status upgrade check``.

    :param options: the command line's, which name the configuration file
    """

    def __init__(self, options: cfg.ConfigOpts):
        self._options = options

    def _database_revision(self):
        try:
            conf = configuration.load(files=self._options.config_file or None)
            found = migrations.version(db_api.Database(conf).engine)
        except exception.ConfigurationError as error:
            return upgradecheck.Result(
                upgradecheck.Code.FAILURE, error.message
            )
        newest = migrations.newest()
        if found == newest:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.FAILURE,
            f'The schema is at {found or "no revision"}, the code at '
            f'{newest}: run manila-groups-manage db upgrade.',
        )

    _upgrade_checks = (('Schema of the database', _database_revision),)


def main() -> int:
    """Run the checks; 0 when all is well, 1 or 2 when not."""
    options = cfg.ConfigOpts()
    return upgradecheck.main(
        options, configuration.PROJECT, Checks(options), sys.argv[1:]
    )

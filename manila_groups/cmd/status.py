# SPDX-License-Identifier: Apache-2.0
"""manila-groups-status: is this installation ready for an upgrade."""

import functools
import sys

from oslo_config import cfg
from oslo_upgradecheck import common_checks
from oslo_upgradecheck import upgradecheck

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backend import loader
from manila_groups.cmd import process
from manila_groups.conf import files
from manila_groups.conf import unknown
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import types as type_rows


def _check(method):
    """Make a check fail with the reason when the set-up is wrong."""

    @functools.wraps(method)
    def call(self):
        try:
            code, details = method(self)
        except exception.ConfigurationError as error:
            code, details = upgradecheck.Code.FAILURE, error.message
        return upgradecheck.Result(code, details)

    return call


class Checks(upgradecheck.UpgradeCommands):
    """The checks of ``manila-groups-status upgrade check``.

    :param options: the command line's, which name the configuration file
    """

    def __init__(self, options: cfg.ConfigOpts):
        self._options = options

    @functools.cached_property
    def _conf(self):
        return configuration.load(
            [
                *(f'--config-file={one}' for one in self._options.config_file),
                *(f'--config-dir={one}' for one in self._options.config_dirs),
            ]
        )

    @_check
    def _database_revision(self):
        found = migrations.version(db_api.Database(self._conf).engine)
        newest = migrations.newest()
        if found == newest:
            return upgradecheck.Code.SUCCESS, None
        return (
            upgradecheck.Code.FAILURE,
            f'The schema is at {found or "no revision"}, the code at '
            f'{newest}: run manila-groups-manage db sync.',
        )

    @_check
    def _unknown_options(self):
        found = unknown.find(self._conf, loader.options_of)
        if found:
            return upgradecheck.Code.WARNING, '\n'.join(found)
        return upgradecheck.Code.SUCCESS, None

    @_check
    def _policy_file(self):
        found = common_checks.check_policy_json(self, self._conf)
        return found.code, found.details

    @_check
    def _message_bus(self):
        url = self._conf.transport_url
        if url.startswith('fake:') or url == 'rabbit://':
            return (
                upgradecheck.Code.WARNING,
                '[DEFAULT] transport_url names no message bus: processes '
                'find their work only by searching the database for it.',
            )
        return upgradecheck.Code.SUCCESS, None

    @_check
    def _default_types(self):
        db = db_api.Database(self._conf)
        if migrations.version(db.engine) != migrations.newest():
            return upgradecheck.Code.WARNING, 'There is no database to ask.'
        missing = []
        with db.reader() as conn:
            for option, rows in (
                ('default_share_type', type_rows.SHARE_TYPES),
                ('default_share_group_type', type_rows.SHARE_GROUP_TYPES),
            ):
                name = self._conf[option]
                if name and rows.get(conn, name, None) is None:
                    missing.append(f'[DEFAULT] {option} = {name}')
        if missing:
            return (
                upgradecheck.Code.WARNING,
                f'There is no type of that name: {", ".join(missing)}.',
            )
        return upgradecheck.Code.SUCCESS, None

    _upgrade_checks = (
        ('Schema of the database', _database_revision),
        ('Names in the configuration files', _unknown_options),
        ('Format of the policy file', _policy_file),
        ('Message bus', _message_bus),
        ('Default types', _default_types),
    )


_DESCRIPTION = 'Checks whether this installation is ready to be upgraded.'


class _Options(cfg.ConfigOpts):
    """The command line, with a help that says what the command is."""

    def __call__(self, *args, **kwargs):
        texts = {'description': _DESCRIPTION, 'epilog': files.WHERE}
        super().__call__(*args, **{**kwargs, **texts})


def main() -> int:
    """Run the checks; 0 when all is well, 1 or 2 when not."""
    options = _Options()
    with process.starting():
        return upgradecheck.main(
            options, configuration.PROJECT, Checks(options), sys.argv[1:]
        )

# SPDX-License-Identifier: Apache-2.0
"""Options that change while a process runs."""

import functools
import logging
import pathlib

import fixtures

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.conf import opts
from manila_groups.tests import base

#: Every option of the service that may change, with another value for it.
_OTHERS = {
    None: {
        'graceful_shutdown_timeout': 7,
        'enabled_share_protocols': ['CIFS'],
    },
    'api': {'broker_patience': 7.0},
    'quota': {
        'shares': 7,
        'gigabytes': 7,
        'snapshots': 7,
        'snapshot_gigabytes': 7,
        'share_groups': 7,
        'share_group_snapshots': 7,
        'share_networks': 7,
        'per_share_gigabytes': 7,
        'share_group_backups': 7,
        'backups': 7,
        'backup_gigabytes': 7,
    },
    'backup': {'shortest_interval': 77},
    'scheduler': {
        'enabled_filters': ['capacity'],
        'enabled_weighers': ['share_groups'],
        'free_capacity_weight_multiplier': 7.0,
        'share_groups_weight_multiplier': 7.0,
        'max_attempts': 7,
    },
    'service': {
        'heartbeat_interval': 7.0,
        'down_time': 7.0,
        'reconcile_interval': 7.0,
        'stuck_after': 7.0,
        'message_ttl': 77,
        'work_deadline': 77.0,
        'work_tries': 7,
    },
}


class TestReload(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = directory / 'manila-groups.conf'
        self.file.write_text('')
        self.read = functools.partial(
            configuration.load, files=[str(self.file)]
        )
        self.conf = self.read()

    def reload(self, text):
        self.file.write_text(text)
        configuration.reload(self.conf, self.read)

    def test_what_may_change_does(self):
        lines = []
        for group, options in _OTHERS.items():
            lines.append(f'[{group or "DEFAULT"}]')
            lines.extend(
                f'{name} = {value[0] if isinstance(value, list) else value}'
                for name, value in options.items()
            )
        self.reload('\n'.join(lines))
        for group, options in _OTHERS.items():
            section = self.conf if group is None else self.conf[group]
            for name, value in options.items():
                self.assertEqual(value, section[name], name)

    def test_all_of_them_are_known_here(self):
        found = {}
        for group, options in opts.list_opts():
            for one in options:
                if one.mutable:
                    name = getattr(group, 'name', group)
                    found.setdefault(name, set()).add(one.dest)
        self.assertEqual(
            {group: set(options) for group, options in _OTHERS.items()}, found
        )

    def test_what_may_not_does_not(self):
        before = self.conf.api.bind_port
        self.reload('[api]\nbind_port = 7\n')
        self.assertEqual(before, self.conf.api.bind_port)

    def test_a_mistake_changes_nothing(self):
        for text in (
            '[quota]\nshares = 7\ngigabytes = many\n',
            '[quota\nshares = 7\n',
            '[DEFAULT]\ndefault_log_levels = a=LOUD\n[quota]\nshares = 7\n',
        ):
            self.assertRaises(exception.ConfigurationError, self.reload, text)
            self.assertEqual(50, self.conf.quota.shares)
            self.assertEqual(1000, self.conf.quota.gigabytes)

    def test_levels_of_loggers(self):
        self.useFixture(fixtures.FakeLogger())
        names = [self.id(), f'{self.id()}.other']
        first, second = map(logging.getLogger, names)
        self.reload(f'[DEFAULT]\ndefault_log_levels = {names[0]}=WARN\n')
        configuration.log_levels.follow(self.conf)
        self.reload(
            f'[DEFAULT]\ndefault_log_levels = {names[0]}=ERROR,{names[1]}=5\n'
        )
        self.assertEqual(logging.ERROR, first.level)
        self.assertEqual(5, second.level)
        self.reload(f'[DEFAULT]\ndefault_log_levels = {names[1]}=INFO\n')
        self.assertEqual(logging.NOTSET, first.level)
        self.assertEqual(logging.INFO, second.level)

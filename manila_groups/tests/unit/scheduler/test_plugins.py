# SPDX-License-Identifier: Apache-2.0

import configparser
from importlib import metadata
import pathlib
from unittest import mock

from stevedore import extension

from manila_groups import exception
from manila_groups.conf import scheduler as scheduler_conf
from manila_groups.scheduler import plugins
from manila_groups.scheduler import weighers
from manila_groups.scheduler.filters import capacity
from manila_groups.tests import base
from manila_groups.tests.unit.scheduler import fixtures

ALWAYS = ['capacity', 'different_host', 'same_host', 'only_host']
SETUP_CFG = pathlib.Path(__file__).parents[4] / 'setup.cfg'


class MisnamedWeigher(weighers.Weigher):
    name = 'other'
    multiplier = 1.0

    def weigh(self, request, pools):
        return [0.0 for _pool in pools]


def entry_points(namespace, **added):
    """Read the checkout's entry points, whether it is installed or not."""
    parser = configparser.ConfigParser()
    parser.read(SETUP_CFG)
    lines = parser['entry_points'][namespace].split('\n')
    named = dict(line.split(' = ') for line in lines if line)
    return [
        metadata.EntryPoint(name=name, value=value, group=namespace)
        for name, value in {**named, **added}.items()
    ]


class PluginsTestCase(base.TestCase):
    def install(self, namespace, **added):
        cache = extension.ExtensionManager.ENTRY_POINT_CACHE
        patch = mock.patch.dict(
            cache, {namespace: entry_points(namespace, **added)}
        )
        patch.start()
        self.addCleanup(patch.stop)

    def setUp(self):
        super().setUp()
        self.install(plugins.FILTERS, broken='manila_groups.no_module:X')
        self.install(plugins.WEIGHERS, misnamed=f'{__name__}:MisnamedWeigher')

    def assert_refused(self, message, load, **options):
        error = self.assertRaises(
            exception.ConfigurationError, load, fixtures.make_conf(**options)
        )
        self.assertIn(message, error.message)

    def test_defaults_are_all_there_is(self):
        conf = fixtures.make_conf()
        self.assertEqual(
            list(fixtures.FILTERS), list(map(type, plugins.load_filters(conf)))
        )
        self.assertEqual(
            list(fixtures.WEIGHERS),
            list(map(type, plugins.load_weighers(conf))),
        )

    def test_order_is_the_options(self):
        names = ['only_host', 'same_host', 'different_host', 'capacity']
        conf = fixtures.make_conf(enabled_filters=names)
        loaded = plugins.load_filters(conf)
        self.assertEqual(names, [one.name for one in loaded])
        self.assertIsInstance(loaded[3], capacity.CapacityFilter)
        self.assertIs(conf, loaded[3].conf)

    def test_some_always_apply(self):
        conf = fixtures.make_conf(enabled_filters=['service'])
        loaded = plugins.load_filters(conf)
        self.assertEqual(['service', *ALWAYS], [one.name for one in loaded])
        self.assertTrue(all(one.conf is conf for one in loaded))

    def test_none_enabled(self):
        conf = fixtures.make_conf(enabled_weighers=[])
        self.assertEqual([], plugins.load_weighers(conf))

    def test_unknown_name(self):
        self.assert_refused(
            "[scheduler] enabled_filters has 'capcity', but no plug-in of "
            'manila_groups.scheduler.filters has that name',
            plugins.load_filters,
            enabled_filters=['service', 'capcity'],
        )

    def test_name_twice(self):
        self.assert_refused(
            "[scheduler] enabled_weighers has 'share_groups', which is listed",
            plugins.load_weighers,
            enabled_weighers=['share_groups', 'share_groups'],
        )

    def test_plugin_that_can_not_be_loaded(self):
        self.assert_refused(
            "[scheduler] enabled_filters has 'broken', which could not be "
            'loaded: ',
            plugins.load_filters,
            enabled_filters=['broken'],
        )

    def test_plugin_of_another_name(self):
        self.assert_refused(
            "[scheduler] enabled_weighers has 'misnamed', which calls itself "
            "'other'",
            plugins.load_weighers,
            enabled_weighers=['misnamed'],
        )


class OptionsTestCase(base.TestCase):
    def test_every_option_has_a_help_text(self):
        ((group, options),) = scheduler_conf.list_opts()
        self.assertEqual('scheduler', group.name)
        for option in options:
            self.assertIn('.', option.help, option.name)

    def test_configurations_share_nothing(self):
        fixtures.make_conf(max_attempts=7)
        self.assertEqual(3, fixtures.make_conf().scheduler.max_attempts)

    def test_at_least_one_attempt(self):
        conf = fixtures.make_conf()
        self.assertRaises(
            ValueError,
            conf.set_override,
            'max_attempts',
            0,
            group='scheduler',
        )

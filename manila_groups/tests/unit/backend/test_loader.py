# SPDX-License-Identifier: Apache-2.0
"""Back ends named in a configuration file become drivers."""

import configparser
from importlib import metadata
import pathlib

import fixtures
from oslo_config import cfg
import testtools

from manila_groups import exception
from manila_groups.backend import loader
from manila_groups.backend.drivers import fake
from manila_groups.backend.drivers.local import driver as local
from manila_groups.conf import backend as options
from manila_groups.tests import base

_SETUP = pathlib.Path(__file__).parents[4] / 'setup.cfg'


class Acme(fake.FakeDriver):
    opts = (cfg.IntOpt('acme_slots', default=3),)


class Clumsy(fake.FakeDriver):
    opts = (cfg.IntOpt('local_path'),)


_INSTALLED = (
    ('acme', f'{__name__}:Acme'),
    ('clumsy', f'{__name__}:Clumsy'),
    ('function', f'{__name__}:function'),
    ('missing', 'manila_groups_no_such_module:Driver'),
    ('twice', f'{__name__}:Acme'),
    ('twice', f'{__name__}:Clumsy'),
)


def function(name, section):
    """Stand for what a package may name by mistake."""


class TestLoad(base.TestCase):
    """With these drivers installed, and no others."""

    def setUp(self):
        super().setUp()
        entry_points = [
            metadata.EntryPoint(name, value, loader.NAMESPACE)
            for name, value in _INSTALLED
        ]
        self.useFixture(
            fixtures.MonkeyPatch(
                'stevedore.extension.ExtensionManager.ENTRY_POINT_CACHE',
                {loader.NAMESPACE: entry_points},
            )
        )
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def _conf(self, text):
        file = self.path / 'manila-groups.conf'
        file.write_text(text)
        conf = cfg.ConfigOpts()
        options.register(conf)
        conf([], default_config_files=[str(file)])
        return conf

    def _refused(self, text, name='alpha'):
        error = self.assertRaises(
            exception.ConfigurationError, loader.load, self._conf(text), name
        )
        return error.message

    def test_load(self):
        conf = self._conf('[alpha]\ndriver = acme\nshare_backend_name = x\n')
        made = loader.load(conf, 'alpha')
        self.assertEqual('Acme', type(made).__name__)
        self.assertEqual('alpha', made.name)
        self.assertEqual('x', made.section.share_backend_name)

    def test_load_again(self):
        conf = self._conf('[alpha]\ndriver = acme\n')
        loader.load(conf, 'alpha')
        self.assertEqual('alpha', loader.load(conf, 'alpha').name)

    def test_options_of_the_driver(self):
        conf = self._conf(
            '[alpha]\ndriver = acme\nacme_slots = 5\n[beta]\ndriver = acme\n'
        )
        self.assertEqual(5, loader.load(conf, 'alpha').section.acme_slots)
        self.assertEqual(3, loader.load(conf, 'beta').section.acme_slots)

    def test_unknown(self):
        message = self._refused('[alpha]\ndriver = nfs\n')
        self.assertIn('[alpha] driver = nfs', message)
        self.assertIn('acme, clumsy, function, missing, twice', message)

    def test_can_not_be_loaded(self):
        message = self._refused('[alpha]\ndriver = missing\n')
        self.assertIn('[alpha] driver = missing', message)
        self.assertIn('manila_groups_no_such_module', message)

    def test_not_a_driver(self):
        message = self._refused('[alpha]\ndriver = function\n')
        self.assertIn('not a Driver', message)

    def test_one_name_of_two_packages(self):
        message = self._refused('[alpha]\ndriver = twice\n')
        self.assertIn(f'{__name__}:Acme', message)
        self.assertIn(f'{__name__}:Clumsy', message)

    def test_an_option_of_another_kind(self):
        message = self._refused('[alpha]\ndriver = clumsy\n')
        self.assertIn('[alpha] driver = clumsy', message)
        self.assertIn('local_path', message)

    def test_section_of_something_else(self):
        for name in (
            'DEFAULT',
            'default',
            'enabled_backends',
            'unset',
            'taken',
        ):
            conf = self._conf('')
            conf.register_opt(cfg.StrOpt('unset'))
            conf.register_opt(cfg.StrOpt('connection'), group='taken')
            with testtools.ExpectedException(
                exception.ConfigurationError, f'.*"{name}"'
            ):
                loader.load(conf, name)


class TestEnabled(base.TestCase):
    def _enabled(self, *names):
        conf = cfg.ConfigOpts()
        options.register(conf)
        conf([])
        conf.set_override('enabled_backends', ','.join(names))
        return loader.enabled(conf)

    def test_order(self):
        self.assertEqual(['beta', 'alpha'], self._enabled('beta', 'alpha'))

    def test_none(self):
        self.assertRaises(exception.ConfigurationError, self._enabled)

    def test_twice(self):
        self.assertRaises(
            exception.ConfigurationError, self._enabled, 'alpha', 'Alpha'
        )

    def test_names(self):
        for name in ('a#b', 'a@b', '-a', 'a b', 'a' * 64):
            self.assertRaises(ValueError, self._enabled, name)


class TestEntryPoints(base.TestCase):
    def test_in_tree_drivers(self):
        declared = configparser.ConfigParser()
        declared.read(_SETUP)
        lines = declared['entry_points'][loader.NAMESPACE].split('\n')
        self.assertEqual(
            {
                f'{name} = {kind.__module__}:{kind.__name__}'
                for name, kind in (
                    ('fake', fake.FakeDriver),
                    ('local', local.LocalDriver),
                )
            },
            set(filter(None, lines)),
        )


class TestSample(base.TestCase):
    def test_defaults_are_values(self):
        for group, opts in options.list_opts():
            for opt in opts:
                if opt.default is not None:
                    (text,) = opt.type.format_defaults(opt.default)
                    self.assertEqual(
                        opt.default, opt.type(text), (group, opt.name)
                    )

    def test_json(self):
        kind = options.Json(dict, 'JSON object')
        self.assertEqual({'a': [1, True]}, kind('{"a": [1, true]}'))
        for value in ('[]', '{', '5', ''):
            self.assertRaises(ValueError, kind, value)

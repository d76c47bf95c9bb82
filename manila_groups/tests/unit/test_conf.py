# SPDX-License-Identifier: Apache-2.0
"""The configuration: read as a whole at the start, with clear mistakes."""

import pathlib

import fixtures
from keystonemiddleware.auth_token import _opts as auth_token_opts
from oslo_config import cfg

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backend import loader
from manila_groups.conf import opts
from manila_groups.conf import unknown
from manila_groups.conf import values
from manila_groups.tests import base


class ConfTest(base.TestCase):
    def write(self, name='manila-groups.conf'):
        return pathlib.Path(self.useFixture(fixtures.TempDir()).path, name)

    def load(self, text, **kwargs):
        file = self.write()
        file.write_text(text)
        return configuration.load(files=[str(file)], **kwargs)

    def refused(self, text, *words):
        error = self.assertRaises(
            exception.ConfigurationError, self.load, text
        )
        self.assertNotIn('\n', error.message)
        for word in words:
            self.assertIn(word, error.message)


class TestLoad(ConfTest):
    def test_without_a_file(self):
        conf = configuration.load(files=[])
        self.assertEqual(8786, conf.api.bind_port)
        self.assertEqual([], conf.enabled_backends)

    def test_a_file_goes_before_defaults(self):
        defaults = {'api': {'bind_port': 1, 'threads': 3}}
        conf = self.load('[api]\nbind_port = 2\n', defaults=defaults)
        self.assertEqual((2, 3), (conf.api.bind_port, conf.api.threads))

    def test_back_ends_have_sections_of_their_own(self):
        conf = self.load(
            '[DEFAULT]\nenabled_backends = one, two\n'
            '[one]\ndriver = fake\nfake_delays = pools:0.5\n'
            '[two]\nlocal_path = /somewhere\n'
        )
        self.assertEqual('fake', conf['one'].driver)
        self.assertEqual({'pools': 0.5}, conf['one'].fake_delays)
        self.assertEqual('/somewhere', conf['two'].local_path)

    def test_defaults_of_a_back_end_section(self):
        conf = configuration.load(
            files=[],
            defaults={
                'DEFAULT': {'enabled_backends': ['one']},
                'one': {'driver': 'fake'},
            },
        )
        self.assertEqual('fake', conf['one'].driver)

    def test_few_threads_receive_messages_unless_the_operator_wants_more(self):
        self.assertEqual(4, self.load('').executor_thread_pool_size)
        for name in ('executor_thread_pool_size', 'rpc_thread_pool_size'):
            conf = self.load(f'[DEFAULT]\n{name} = 9\n')
            self.assertEqual(9, conf.executor_thread_pool_size)

    def test_two_configurations_are_apart(self):
        one = configuration.load(files=[], defaults={'api': {'threads': 3}})
        other = configuration.load(files=[])
        self.assertEqual((3, 8), (one.api.threads, other.api.threads))

    def test_json(self):
        conf = self.load(
            '[DEFAULT]\nenabled_backends = one\n[one]\n'
            'fake_pools = [{"name": "a"}]\n'
            'fake_group_capabilities = {"tier": ["gold"]}\n'
        )
        self.assertEqual([{'name': 'a'}], conf['one'].fake_pools)
        self.assertEqual(
            {'tier': ['gold']}, conf['one'].fake_group_capabilities
        )


class TestMistakes(ConfTest):
    def test_values(self):
        for section, line, words in (
            ('api', 'bind_port = abc', ['bind_port', 'abc']),
            ('api', 'bind_port = 70000', ['bind_port']),
            ('api', 'auth_strategy = none', ['auth_strategy']),
            ('api', 'threads = 0', ['threads']),
            ('scheduler', 'max_attempts = 0', ['max_attempts']),
            ('scheduler', 'free_capacity_weight_multiplier = x', ['free_']),
            ('quota', 'share_groups = -2', ['share_groups']),
            ('service', 'heartbeat_interval = 0', ['heartbeat_interval']),
            ('service', 'worker_threads = 0', ['worker_threads']),
            ('database', 'max_retries = many', ['max_retries']),
            ('upgrade_levels', 'backend = newton', ['backend', 'newton']),
            ('upgrade_levels', 'scheduler = 1', ['scheduler']),
            ('DEFAULT', 'host = a@b', ['host']),
            ('DEFAULT', 'default_log_levels = a=LOUD', ['a=LOUD']),
            ('DEFAULT', 'enabled_backends = a b', ['enabled_backends']),
            ('DEFAULT', 'enabled_backends = api', ['enabled_backends']),
        ):
            self.refused(f'[{section}]\n{line}\n', *words)

    def test_values_of_back_ends(self):
        for line, word in (
            ('reserved_percentage = 101', 'reserved_percentage'),
            ('fake_pools = {}', 'fake_pools'),
            ('fake_pools = [', 'fake_pools'),
            ('fake_capabilities = []', 'fake_capabilities'),
            ('fake_delays = pools:-1', 'fake_delays'),
            ('fake_failures = pools:2', 'fake_failures'),
        ):
            self.refused(
                f'[DEFAULT]\nenabled_backends = one\n[one]\n{line}\n', word
            )

    def test_a_value_is_told_with_its_rule_and_its_file(self):
        for section, line, rule in (
            (
                'api',
                'bind_port = 70000',
                'must be a whole number from 0 to 65',
            ),
            ('api', 'auth_strategy = none', 'must be one of keystone, '),
            ('api', 'noauth_on_any_address = no!', 'must be true or false'),
            ('service', 'work_tries = 0', 'must be a whole number, 1 or more'),
            ('service', 'down_time = x', 'must be a number, 0.2 or more'),
            ('database', 'max_retries = x', 'must be a whole number'),
            ('DEFAULT', 'host = a@b', 'must have 1 to 100 characters, '),
            ('DEFAULT', 'enabled_backends = a b', 'each item must be a name'),
            ('upgrade_levels', 'backend = newton', 'must be a version such'),
            ('one', 'fake_pools = [', 'must be a JSON list, but is not JSON'),
            ('one', 'fake_failures = a:2', 'must be name:value pairs'),
        ):
            text = f'[DEFAULT]\nenabled_backends = one\n[{section}]\n{line}\n'
            error = self.assertRaises(
                exception.ConfigurationError, self.load, text
            )
            self.assertIn(f'[{section}] {line}: {rule}', error.message)
            self.assertRegex(
                error.message, r' \(file /.*/manila-groups.conf\)$'
            )

    def test_the_file_that_sets_the_value_is_named(self):
        first, last = (self.write(name) for name in ('first', 'last'))
        first.write_text('[service]\nwork_tries = 0\n')
        last.write_text('[service]\ndown_time = 7\n')
        error = self.assertRaises(
            exception.ConfigurationError,
            configuration.load,
            files=[str(first), str(last)],
        )
        self.assertIn(str(first), error.message)

    def test_a_secret_is_not_told(self):
        # No secret of these sections has a rule that a text can break.
        option = cfg.IntOpt('pin', secret=True)
        conf = self.load('[api]\npin = 1234x\n')
        conf.register_opt(option, 'api')
        error = self.assertRaises(
            exception.ConfigurationError, values.check, conf
        )
        self.assertNotIn('1234', error.message)

    def test_syntax(self):
        for text in ('[api\n', 'words\n', '[api]\n= 1\n'):
            self.refused(text, 'manila-groups.conf')

    def test_no_such_file(self):
        error = self.assertRaises(
            exception.ConfigurationError,
            configuration.load,
            files=['/no/such/file'],
        )
        self.assertIn('/no/such/file', error.message)


class TestUnknown(ConfTest):
    """Names that nothing reads, and what was meant."""

    def find(self, text, **kwargs):
        return unknown.find(self.load(text, **kwargs), loader.options_of)

    def test_misspelt_names(self):
        one = '[DEFAULT]\nenabled_backends = one\n[one]\ndriver = local\n'
        for text, name, hint in (
            (f'{one}local_pathh = /x\n', '[one] local_pathh', 'local_path?'),
            (
                '[DEFAULT]\nenabled_backend = one\n',
                '[DEFAULT] enabled_backend',
                'enabled_backends?',
            ),
            ('[apii]\nbind_port = 1\n', '[apii]', '[api]?'),
            (
                '[api]\nmax_attempts = 1\n',
                '[api] max_attempts',
                '[scheduler] max_attempts?',
            ),
            (
                '[database]\nconection = x\n',
                '[database] conection',
                'connection?',
            ),
            (
                '[other]\ndriver = local\nexprt = x\n',
                '[other] exprt',
                'export?',
            ),
            (
                '[DEFAULT]\nenabled_backends = fast\n[fasst]\n'
                'local_path = /x\n',
                '[fasst]',
                '[fast]?',
            ),
        ):
            (found,) = self.find(text)
            self.assertIn(f'{name}: is not', found)
            self.assertIn(f'did you mean {hint}', found)

    def test_what_is_far_from_all_names_gets_no_hint(self):
        (found,) = self.find('[service]\nxyzzy = 1\n')
        self.assertIn('[service] xyzzy: is not an option', found)
        self.assertNotIn('did you mean', found)

    def test_what_is_read_elsewhere_or_later_is_left_alone(self):
        for text in (
            '[keystone_authtoken]\nauth_url = http://x\nanything = 1\n',
            '[keystone_authtoken]\nauth_section = login\n'
            '[login]\nauth_type = password\n',
            # Back ends of another process, or of a driver that is elsewhere.
            '[slow]\ndriver = local\nlocal_path = /x\n',
            '[slow]\nlocal_path = /x\nreserved_percentage = 5\n',
            '[DEFAULT]\nenabled_backends = far\n'
            '[far]\ndriver = not_installed\nfar_pool = 1\n',
            # Names of earlier releases of libraries, and case in sections.
            '[DEFAULT]\nlogfile = x\n[API]\nbind_port = 1\n',
            '[healthcheck]\nbackends = x\n[oslo_policy]\npolicy_file = x\n',
        ):
            self.assertEqual([], self.find(text), text)

    def test_a_daemon_does_not_judge_what_only_the_api_reads(self):
        text = '[cors]\nallowed_origin = x\nxyzzy = 1\n'
        (found,) = self.find(text)
        self.assertIn('[cors] xyzzy: is not an option', found)
        self.assertEqual([], self.find(text, with_pipeline=False))
        for one in unknown._OF_PIPELINE:
            self.assertIn(one, configuration.new())


class TestSample(base.TestCase):
    def test_every_option_has_help(self):
        names = set()
        for group, options in opts.list_opts():
            for option in options:
                self.assertTrue(option.help, option.name)
                names.add((str(getattr(group, 'name', group)), option.name))
        for name in (
            ('None', 'host'),
            ('None', 'enabled_backends'),
            ('None', 'default_share_type'),
            ('api', 'bind_port'),
            ('quota', 'share_groups'),
            ('scheduler', 'max_attempts'),
            ('service', 'stuck_after'),
            ('service', 'worker_threads'),
        ):
            self.assertIn(name, names)

    def test_defaults_of_keystonemiddleware(self):
        opts.set_defaults()
        ((_group, options),) = auth_token_opts.list_opts()
        defaults = {option.dest: option.default for option in options}
        self.assertEqual('shared-file-system', defaults['service_type'])
        self.assertTrue(defaults['service_token_roles_required'])

    def test_every_registered_option_is_listed(self):
        conf = configuration.new()
        listed = {
            (getattr(group, 'name', group), option.dest)
            for group, options in opts.list_opts()
            for option in options
        }
        for group in (
            'api',
            'http_basic',
            'quota',
            'scheduler',
            'service',
            'upgrade_levels',
        ):
            for name in conf[group]:
                self.assertIn((group, name), listed)

# SPDX-License-Identifier: Apache-2.0
"""Imports run one way: no part of the service imports one above it.

And a daemon imports nothing large that it does not need.
"""

import ast
import pathlib
import subprocess
import sys

import manila_groups
from manila_groups.tests import base

_ROOT = pathlib.Path(manila_groups.__file__).parent
_PACKAGE = 'manila_groups'

#: What every part may import.
_COMMON = frozenset(
    (
        'exception',
        'states',
        'paging',
        'utils',
        'addresses',
        'threads',
        'bound',
    )
)
_DOMAIN = frozenset(('db', 'rpc', 'sender', 'context', 'conf'))
_PROCESS = _DOMAIN | {'domain', 'service'}

#: Each part, with the parts that it may import beside _COMMON.
ALLOWED = {
    **dict.fromkeys(_COMMON, frozenset()),
    **dict.fromkeys(('context', 'policies', 'sender'), frozenset()),
    'conf': frozenset(),
    # Runs in the process of the command openstack.
    'client': frozenset(),
    'policy': frozenset(('conf', 'policies')),
    'rpc': frozenset(('context', 'sender', 'conf')),
    'service': frozenset(('rpc', 'sender')),
    'db': frozenset(('conf',)),
    # Runs a program that knows nothing of the service.
    'backup': frozenset(('conf',)),
    'domain': _DOMAIN,
    'scheduler': _PROCESS,
    'backend': _PROCESS | {'backup'},
    'api': frozenset(('domain', 'conf', 'context', 'policies', 'policy')),
    'cmd': _PROCESS | {'api', 'scheduler', 'backend', 'backup', 'policy'},
    'wsgi': frozenset(('cmd', 'conf', 'db', 'rpc')),
}

_SQL = ('sqlalchemy', 'oslo_db', 'alembic', 'manila_groups.db.models')
#: Who sends messages; the domain knows only what a wake-up is.
_CLIENTS = tuple(
    f'{_PACKAGE}.rpc.{name}' for name in ('scheduler', 'backend', 'wakes')
)
_HTTP = ('webob', 'paste', 'oslo_middleware', 'keystonemiddleware')

#: Each part, with what else it may not import.
FORBIDDEN = {
    'db': _HTTP,
    'domain': (*_SQL, *_HTTP, *_CLIENTS),
    'scheduler': (*_SQL, *_HTTP),
    'backend': (*_SQL, *_HTTP),
    'api': _SQL,
}

#: Plain data, which needs nothing else of the service.
PLAIN = ('rpc.wake', 'states', 'db.records')

#: Imports that break a rule, each with the reason why it is still there.
_TRACES = 'osprofiler traces the engine, of which SQLAlchemy has to know'
EXCEPTIONS = {
    (f'{_PACKAGE}.{module}', found): reason
    for module, found, reason in (
        ('api.middleware.profiler', 'sqlalchemy', _TRACES),
    )
}


#: What a daemon works without: each takes 0.3 to 5 MiB of its memory.
HEAVY = {
    'alembic',
    'bcrypt',
    'charset_normalizer',
    'cliff',
    'eventlet',
    'greenlet',
    'jinja2',
    'jsonschema',
    'keystonemiddleware',
    'osc_lib',
    'oslo_middleware',
    'oslo_policy.policy',
    'osprofiler',
    # Where it is installed, Python itself makes a module 'paste'.
    'paste.deploy',
    'pyparsing',
    're2',
    'requests',
    'rich',
    'sqlalchemy.dialects.postgresql',
    'unittest',
    'webob',
}

#: What a daemon does until it begins its services.
_DAEMON = """\
import sys
from manila_groups.cmd import {0}
from manila_groups import conf
from manila_groups.cmd import process, report
read = conf.load([], files=[], with_pipeline=False)
process.warn_of_unknown(read)
report.set_up(read)
print(*(name for name, module in sys.modules.items() if module))
"""


def _name(path):
    parts = (_PACKAGE, *path.relative_to(_ROOT).with_suffix('').parts)
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


#: Every module but the tests, with its file.
MODULES = {
    _name(path): path
    for path in sorted(_ROOT.rglob('*.py'))
    if path.relative_to(_ROOT).parts[0] != 'tests'
}


def imported(tree):
    """Give the names of the modules that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                full = f'{node.module}.{one.name}'
                yield full if full in MODULES else node.module


def part(module):
    """The part of the service that a module is in; None for other code."""
    package, _, rest = module.partition('.')
    return rest.partition('.')[0] if package == _PACKAGE and rest else None


def is_allowed(module, found):
    """Tell whether a module may import another one."""
    here, there = part(module), part(found)
    for name in FORBIDDEN.get(here, ()):
        if f'{found}.'.startswith(f'{name}.'):
            return False
    if there in (None, here):
        return True
    return there in _COMMON or there in ALLOWED[here]


def wrong():
    """Every import that breaks a rule: (module, what it imports)."""
    return {
        (module, found)
        for module, path in MODULES.items()
        for found in imported(ast.parse(path.read_text()))
        if part(module) is not None and not is_allowed(module, found)
    }


class ImportsTestCase(base.TestCase):
    def test_imports_run_one_way(self):
        self.assertEqual(set(), wrong() - set(EXCEPTIONS))

    def test_plain_data_needs_nothing(self):
        for name in PLAIN:
            path = MODULES[f'{_PACKAGE}.{name}']
            found = map(part, imported(ast.parse(path.read_text())))
            self.assertEqual({None}, set(found), name)

    def test_each_exception_is_needed(self):
        self.assertEqual(set(), set(EXCEPTIONS) - wrong())

    def test_each_part_is_in_the_table(self):
        self.assertEqual(
            set(ALLOWED), {part(module) for module in MODULES} - {None}
        )

    def test_the_table_has_no_circle(self):
        below = dict(ALLOWED)
        while below:
            lowest = [one for one in below if not below[one] & below.keys()]
            self.assertNotEqual([], lowest, below)
            for one in lowest:
                del below[one]

    def test_what_breaks_a_rule(self):
        for module, found in (
            ('api.v2.shares', 'manila_groups.db.shares'),
            ('api.wsgi', 'sqlalchemy.exc'),
            ('api.wsgi', 'manila_groups.rpc.scheduler'),
            ('db.shares', 'manila_groups.domain.shares.api'),
            ('db.shares', 'webob.exc'),
            ('domain.shares.api', 'manila_groups.api.wsgi'),
            ('scheduler.manager', 'manila_groups.backend.manager'),
            ('rpc.wakes', 'manila_groups.db.operations'),
            ('domain.shares.api', 'manila_groups.db.models'),
            ('domain.shares.api', 'manila_groups.rpc.wakes'),
        ):
            self.assertFalse(is_allowed(f'{_PACKAGE}.{module}', found), found)
        for module, found in (
            ('api.v2.shares', 'manila_groups.domain.shares.api'),
            ('api.v2.shares', 'manila_groups.api.wsgi'),
            ('api.v2.shares', 'manila_groups.exception'),
            ('db.shares', 'sqlalchemy'),
            ('domain.shares.api', 'manila_groups.db.shares'),
            ('domain.shares.api', 'manila_groups.rpc.wake'),
        ):
            self.assertTrue(is_allowed(f'{_PACKAGE}.{module}', found), found)


class DaemonsTestCase(base.TestCase):
    def test_a_daemon_imports_nothing_heavy(self):
        for name in ('scheduler', 'backend'):
            found = subprocess.run(
                [sys.executable, '-c', _DAEMON.format(name)],
                stdout=subprocess.PIPE,
                check=True,
                text=True,
            ).stdout.split()
            self.assertIn(f'manila_groups.cmd.{name}', found)
            self.assertEqual(set(), HEAVY & set(found), name)

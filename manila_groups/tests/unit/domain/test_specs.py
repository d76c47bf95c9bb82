# SPDX-License-Identifier: Apache-2.0

import math

import hypothesis
from hypothesis import strategies as st

from manila_groups.domain.types import specs
from manila_groups.tests import base

NAME = 'cap'

#: What a spec says, the reports that it accepts, and those that it does not.
RULES = [
    # equality
    ('NFS', ['NFS', 'nfs', ' NFS ', ['CIFS', 'NFS']], ['CIFS', [], '', 5]),
    ('True', [True, 'true', 'True', [False, True]], [False, 'pool', [], 1]),
    ('false', [False, 'False'], [True, 0, '']),
    ('yes', [True, 'yes'], [False, 'no']),
    ('5', [5, 5.0, '5', [1, 5]], [6, '5.5', True]),
    ('5.0', [5, 5.0, '5.0'], ['5']),
    ('fibre channel', ['Fibre Channel'], ['fibre', 'channel']),
    # booleans
    ('<is> True', [True, 'true', 'on', 1, [False, True]], [False, 'pool', 2]),
    ('<IS>true', [True], [False]),
    ('<is> False', [False, 'no', 0], [True, 'pool', []]),
    ('<is> perhaps', [], [True, False, 'perhaps']),
    # parts and alternatives
    ('<in> sync', ['async', 'SYNC', ['none', 'sync']], ['syn', 5, True]),
    ('<or> NFS <or> CIFS', ['nfs', ['x', 'CIFS']], ['NFS CIFS', 'x']),
    ('<or> fibre channel <or> iscsi', ['fibre channel', 'iscsi'], ['fibre']),
    ('<or> true <or> 5', [True, 5], [False, 6]),
    ('<or> only', ['only'], ['<or>']),
    ('<all-in> a b', [['b', 'c', 'a'], ['A', 'B']], ['a', ['a', 'c'], 'a b']),
    # numbers
    ('= 5', [5, 6, '7'], [4, 'abc', True]),
    ('== 5', [5, '5.0', [4, 5]], [5.1, 'five']),
    ('!= 5', [6, [5, 6]], [5, '5.0', 'abc', [5]]),
    ('>= 5', [5, '1e3', math.inf, 'infinite'], [4.9, 'unknown', True]),
    ('>=5', [5], [4]),
    ('<= 5', [5, -1], [6, 'infinite']),
    ('> 5', [5.1], [5]),
    ('< 5', [4], [5, 'abc']),
    ('<= infinite', ['infinite', 5], ['unknown']),
    ('<range-in> [ 10 20 )', [10, 19.9, '15', [1, 12]], [20, 9, 'abc']),
    ('<range-in> ( 10 20 ]', [10.1, 20], [10, 20.1, 'infinite']),
    ('<range-in> [ 5 infinite ]', [5, 'infinite'], [4, 'unknown']),
    # texts
    ('s== 2.1', ['2.1', 2.1], ['2.10', 2.0]),
    ('s== 1', [1, 1.0, '1'], ['1.0', True]),
    ('s!= a', ['b', 5, ['a', 'b']], ['a', 'A']),
    ('s< b', ['a', 'A'], ['b', 'c']),
    ('s<= b', ['a', 'b'], ['c']),
    ('s> b', ['c'], ['b', 'a']),
    ('s>= b', ['b', 'C'], ['a']),
]

NUMERIC = ('=', '==', '!=', '>=', '<=', '>', '<')
TEXTUAL = ('s==', 's!=', 's>=', 's<=', 's>', 's<', '<in>')
OPERATORS = (*NUMERIC, *TEXTUAL, '<is>', '<or>', '<all-in>', '<range-in>')

#: Values that can't be compared with anything.
BAD = [
    *OPERATORS,
    *(f'{operator} abc' for operator in NUMERIC),
    '== nan',
    '!= nan',
    '<or> <or>',
    '<range-in> [ 5 ]',
    '<range-in> [ 20 10 ]',
    '<range-in> { 1 20 }',
    '<range-in> [ a b ]',
]

scalars = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=8)
)
reports = st.one_of(st.none(), scalars, st.lists(scalars, max_size=3))
operators = st.sampled_from(OPERATORS)
values = st.one_of(
    st.text(max_size=12),
    st.builds('{} {}'.format, operators, st.text(max_size=8)),
    st.builds('{} {}'.format, operators, scalars),
)


def accepts(value, reported, name=NAME):
    return specs.matches({name: value}, {name: reported}) is None


class OperatorsTestCase(base.TestCase):
    def test_rules(self):
        for value, good, bad in RULES:
            for reported in good:
                self.assertTrue(accepts(value, reported), (value, reported))
            for reported in bad:
                self.assertFalse(accepts(value, reported), (value, reported))

    def test_bad_operands_match_nothing(self):
        for value in BAD:
            for reported in (5, 12, '', 'abc', True, ['abc', 5], []):
                self.assertFalse(accepts(value, reported), (value, reported))

    def test_what_is_not_reported_fails_every_spec(self):
        for value in [rule[0] for rule in RULES] + BAD:
            for capabilities in ({}, {NAME: None}, {NAME: []}):
                reason = specs.matches({NAME: value}, capabilities)
                self.assertIsNotNone(reason, (value, capabilities))

    def test_numbers_that_no_float_can_hold(self):
        self.assertFalse(accepts('>= 5', 10**400))
        self.assertTrue(accepts('s== 1' + '0' * 200, 10**200))

    @hypothesis.given(values, reports)
    def test_never_raises(self, value, reported):
        for name in (NAME, specs.CONSISTENT_SNAPSHOT_SUPPORT):
            self.assertIn(accepts(value, reported, name), (True, False))

    @hypothesis.given(values, st.lists(scalars, min_size=1, max_size=3))
    def test_a_list_needs_one_match(self, value, reported):
        hypothesis.assume(not value.strip().startswith('<all-in>'))
        one_by_one = any(accepts(value, one) for one in reported)
        self.assertEqual(one_by_one, accepts(value, reported))

    @hypothesis.given(
        st.sampled_from(('==', '!=', '>=', '<=', '>', '<')),
        st.integers(-(10**6), 10**6),
        st.integers(-(10**6), 10**6),
    )
    def test_numbers_compare_as_python_compares(self, op, wanted, reported):
        expected = {
            '==': reported == wanted,
            '!=': reported != wanted,
            '>=': reported >= wanted,
            '<=': reported <= wanted,
            '>': reported > wanted,
            '<': reported < wanted,
        }[op]
        self.assertEqual(expected, accepts(f'{op} {wanted}', reported))

    @hypothesis.given(values, scalars, scalars)
    def test_equal_capabilities_get_the_same_verdict(self, value, one, other):
        """Verdicts may be kept in a dict by what was reported."""
        first = specs.Capabilities({NAME: one})
        second = specs.Capabilities({NAME: other})
        hypothesis.assume(first == second)
        self.assertEqual(accepts(value, one), accepts(value, other))

    def test_true_and_one_are_different_capabilities(self):
        self.assertNotEqual(
            specs.Capabilities({NAME: True}), specs.Capabilities({NAME: 1})
        )
        self.assertFalse(accepts('true', 1))


class ConsistentSnapshotSupportTestCase(base.TestCase):
    NAME = specs.CONSISTENT_SNAPSHOT_SUPPORT

    def check(self, value, good, bad):
        for key in (self.NAME, f'capabilities:{self.NAME}'):
            for reported in good:
                reason = specs.matches({key: value}, {self.NAME: reported})
                self.assertIsNone(reason, (key, value, reported))
            for reported in bad:
                reason = specs.matches({key: value}, {self.NAME: reported})
                self.assertIsNotNone(reason, (key, value, reported))

    def test_true_is_pool_or_host(self):
        for value in ('true', 'True', '<is> True', '<is>true', '1'):
            self.check(
                value,
                ['pool', 'host', 'Host', True, ['pool', 'host']],
                [None, False, 'false', '', 'zone', []],
            )

    def test_one_of_them(self):
        everything_else = [None, False, True, '']
        self.check('pool', ['pool', ['host', 'pool']], ['host', None, True])
        self.check('host', ['host'], ['pool', *everything_else])
        self.check('s== pool', ['pool'], ['host', *everything_else])
        self.check('<or> pool <or> host', ['pool', 'host'], everything_else)

    def test_false_is_nothing_or_false(self):
        for value in ('false', 'False', '<is> False'):
            self.check(
                value,
                [None, False, 'False', '', [], [False]],
                ['pool', 'host', True, 'zone', ['pool', False]],
            )
            self.assertIsNone(specs.matches({self.NAME: value}, {}))


class KeysTestCase(base.TestCase):
    def test_a_scope_is_for_the_driver(self):
        self.assertIsNone(specs.compile_spec('vendor:tier', 'gold'))
        self.assertIsNone(specs.matches({'vendor:tier': 'gold'}, {}))

    def test_the_capabilities_scope_is_none(self):
        wanted = {'capabilities:tier': 'gold'}
        self.assertIsNone(specs.matches(wanted, {'tier': 'gold'}))
        self.assertIsNotNone(specs.matches(wanted, {'tier': 'iron'}))
        self.assertIsNotNone(specs.matches(wanted, {}))

    def test_nested_capabilities(self):
        wanted = {'capabilities:qos:max_iops': '>= 5'}
        reported = {'qos': {'max_iops': 5, 'min_iops': None}}
        self.assertIsNone(specs.matches(wanted, reported))
        self.assertEqual({'qos:max_iops': 5}, specs.Capabilities(reported))

    def test_the_spellings_of_a_boolean_mean_the_same(self):
        for word, value in (('true', True), ('False', False)):
            found = specs.spellings(word)
            self.assertIn(str(value), found)
            for one in found:
                self.assertEqual(found, specs.spellings(one))
                self.assertTrue(accepts(one, value), one)
                self.assertFalse(accepts(one, not value), one)

    def test_other_values_are_spelled_in_one_way(self):
        for value in ('', '1', 'on', 'truly', '<or> true', '<is> 1', '<is>'):
            self.assertEqual((value,), specs.spellings(value))

    def test_ignored_names(self):
        wanted = {'zones': 'a', 'capabilities:zones': 'a', 'tier': 'gold'}
        self.assertIsNone(
            specs.matches(wanted, {'tier': 'gold'}, ignored={'zones'})
        )

    def test_no_spec_accepts_everything(self):
        self.assertIsNone(specs.matches({}, {}))


class ReasonsTestCase(base.TestCase):
    def test_names_the_first_spec_and_the_report(self):
        self.assertEqual(
            "capabilities:dedupe must be '<is> True', but dedupe is false",
            specs.matches(
                {'tier': 'gold', 'capabilities:dedupe': '<is> True'},
                {'dedupe': False},
            ),
        )

    def test_lists_and_missing_capabilities(self):
        spec = specs.compile_spec(NAME, '>= 5')
        self.assertEqual('cap is 1, b', spec.found((1, 'b')))
        self.assertEqual('cap is empty', spec.found(()))
        self.assertEqual('cap is not reported', spec.found(None))


class CapabilitiesTestCase(base.TestCase):
    def test_every_kind_of_value(self):
        self.assertEqual(
            {
                'flag': 'true',
                'list': ('a', 1, 'false', '{"b": 2}'),
                'number': 1.5,
            },
            specs.Capabilities(
                {
                    'flag': True,
                    'list': ['a', 1, None, False, {'b': 2}],
                    'nothing': None,
                    'number': 1.5,
                }
            ),
        )

    json = st.recursive(
        st.one_of(st.none(), scalars),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.text(max_size=3), inner, max_size=3),
        ),
        max_leaves=6,
    )

    @hypothesis.given(st.dictionaries(st.text(max_size=3), json, max_size=3))
    def test_any_json_becomes_hashable(self, reported):
        for value in specs.Capabilities(reported).values():
            hash(value)

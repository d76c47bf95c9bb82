# SPDX-License-Identifier: Apache-2.0
"""Exports that NFS-Ganesha has in another sense than they were meant.

The bus is one of memory, which can misread, refuse, and be away.
"""

import contextlib
import os
import pathlib
import uuid

import fixtures

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import ganesha
from manila_groups.backend.drivers.local import ganesha_bus
from manila_groups.backend.drivers.local import ganesha_text
from manila_groups.tests import base
from manila_groups.tests.unit.backend import contract

BEFORE = [driver.AccessRule('192.0.2.1', 'rw')]
AFTER = [driver.AccessRule('192.0.2.0/24', 'rw')]
CLOSED = []
EVERYBODY = [('*', True)]


class Bus:
    """An NFS-Ganesha that reads files.

    :ivar exports: what it serves, by id
    :ivar misread: the networks that it takes for everybody
    :ivar fails: errors by the number of the call, beginning with 0
    """

    def __init__(self):
        self.exports = {}
        self.misread = set()
        self.fails = {}
        self._calls = 0

    def _call(self):
        error = self.fails.get(self._calls)
        self._calls += 1
        if error:
            raise error

    def connected(self):
        return contextlib.nullcontext()

    def check(self):
        self._call()

    def display(self, export_id):
        self._call()
        return self.exports.get(export_id)

    def add(self, export_id, file):
        with open(file) as text:
            shown = ganesha_text.shown(text.read())
        if self.misread & {network for network, _writes in shown.clients}:
            shown = ganesha_bus.Shown(shown.path, EVERYBODY)
        self.exports[export_id] = shown
        # Its answer may be lost.
        self._call()

    update = add

    def remove(self, export_id):
        self._call()
        self.exports.pop(export_id, None)


class TestUndo(base.TestCase):
    def setUp(self):
        super().setUp()
        temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        section = contract.section(
            'alpha',
            ganesha_config_dir=str(temp / 'exports'),
            ganesha_mount_dir=str(temp / 'volumes'),
        )
        self.exports = ganesha.Ganesha('alpha', section)
        self.bus = self.exports._bus = Bus()
        self.exports._files.prepare()
        self.share_id = str(uuid.uuid4())
        self.path = temp / self.share_id
        self.path.mkdir()

    def publish(self, rules, *fails):
        """Publish; the errors are those of the next calls on the bus."""
        first = self.bus._calls
        self.bus.fails = {
            first + number: error for number, error in enumerate(fails)
        }
        self.exports.publish([(self.share_id, str(self.path), rules)])

    def served(self):
        return [export.clients for export in self.bus.exports.values()]

    def written(self):
        """What an NFS-Ganesha that starts anew lets in."""
        (export,) = self.exports._files.all()
        return ganesha_text.shown(self.exports._files.read(export)).clients

    def assertServes(self, rules):
        wanted = [(rule.access_to, True) for rule in rules]
        self.assertEqual([wanted], self.served())
        self.assertEqual(wanted, self.written())

    def assertFails(self, kind, rules, *fails):
        error = self.assertRaises(
            exception.DriverError, self.publish, rules, *fails
        )
        self.assertIs(kind, type(error))

    def test_new_export_is_misread(self):
        self.bus.misread = {'192.0.2.0/24'}
        self.assertFails(exception.DriverError, AFTER)
        self.assertServes(CLOSED)

    def test_change_is_misread(self):
        self.publish(BEFORE)
        self.bus.misread = {'192.0.2.0/24'}
        self.assertFails(exception.DriverError, AFTER)
        self.assertServes(BEFORE)

    def test_both_are_misread(self):
        self.publish(BEFORE)
        self.bus.misread = {'192.0.2.0/24', '192.0.2.1'}
        self.assertFails(exception.DriverError, AFTER)
        self.assertServes(CLOSED)

    def test_what_was_there_is_misread_when_it_comes_again(self):
        self.publish(BEFORE)
        self.bus.misread = {'192.0.2.1'}
        self.assertFails(exception.DriverError, BEFORE)
        self.assertServes(CLOSED)

    def test_no_answer_when_it_was_told(self):
        """Whether it has done it is not known."""
        self.publish(BEFORE)
        away = exception.TransientDriverError('away')
        for fails in ([None, away], [None, None, away]):
            self.assertFails(exception.TransientDriverError, AFTER, *fails)
            self.assertServes(BEFORE)

    def test_strange_answer(self):
        self.publish(BEFORE)
        strange = ValueError('strange')
        for fails in ([None, strange], [None, None, strange]):
            self.assertRaises(ValueError, self.publish, AFTER, *fails)
            self.assertServes(BEFORE)

    def test_none_but_strange_answers(self):
        self.publish(BEFORE)
        strange = ValueError('strange')
        # Each display but the first, which is before the effect.
        fails = [None, None, strange, strange, strange]
        self.assertRaises(ValueError, self.publish, AFTER, *fails)
        self.assertEqual([], self.served())
        self.assertEqual([], self.written())

    def test_no_answer_at_all(self):
        """What it will serve when it starts again is as it was."""
        self.publish(BEFORE)
        away = [exception.TransientDriverError('away')] * 9
        self.assertFails(
            exception.TransientDriverError, AFTER, None, None, *away
        )
        self.assertEqual([('192.0.2.1', True)], self.written())

    def test_no_answer_before_it_was_told(self):
        """It keeps to the new rules when it starts."""
        self.publish(BEFORE)
        away = exception.TransientDriverError('away')
        self.assertFails(exception.TransientDriverError, CLOSED, away)
        self.assertEqual([], self.written())

    def test_what_is_in_doubt_is_looked_at_when_it_answers_again(self):
        """Rules that could not be undone, and rules it has never been told."""
        away = exception.TransientDriverError('away')
        for known, fails in (
            (BEFORE, [None, None, *[away] * 9]),
            (AFTER, [away]),
        ):
            self.bus.misread = set()
            self.publish(BEFORE)
            self.bus.misread = {'192.0.2.0/24'}
            self.assertFails(exception.TransientDriverError, AFTER, *fails)
            if known == AFTER:
                # It starts anew, and reads the file.
                (export,) = self.exports._files.all()
                self.bus.fails = {}
                self.bus.add(1, self.exports._files.where(export))
            self.assertEqual([EVERYBODY], self.served())
            self.bus.fails = {self.bus._calls: away}
            self.assertRaises(
                exception.TransientDriverError, self.exports.check
            )
            self.exports.check()
            self.assertServes(BEFORE if known == BEFORE else CLOSED)
            calls = self.bus._calls
            self.exports.check()
            self.assertEqual(calls + 1, self.bus._calls)

    def test_id_of_somebody_else(self):
        self.publish(BEFORE)
        (export_id,) = self.bus.exports
        theirs = ganesha_bus.Shown('/somewhere', [])
        self.bus.exports[export_id] = theirs
        self.assertFails(exception.DriverError, AFTER)
        self.assertEqual({export_id: theirs}, self.bus.exports)
        self.assertEqual([('192.0.2.1', True)], self.written())

    def test_rule_of_an_earlier_release(self):
        """One for 0.0.0.0 was written down, and let everybody in."""
        self.publish(BEFORE)
        (export,) = self.exports._files.all()
        text = self.exports._files.read(export)
        self.exports._files.write(export, text.replace('192.0.2.1', '0.0.0.0'))
        (export_id,) = self.bus.exports
        path = self.bus.exports[export_id].path
        self.bus.exports[export_id] = ganesha_bus.Shown(path, EVERYBODY)
        self.exports._restore()
        self.assertServes(CLOSED)

    def test_mount_fails(self):
        self.publish(BEFORE)

        def fail(*_args):
            raise exception.DriverError('no mount')

        self.exports._mounts.is_made = lambda _root: False
        self.exports._mounts.split = lambda path: (os.path.dirname(path), 'x')
        self.exports._export = lambda *_args: self.exports._find(self.share_id)
        self.exports._mounts.make = fail
        self.assertFails(exception.DriverError, AFTER)
        self.assertEqual([], self.served())
        self.assertEqual([('192.0.2.1', True)], self.written())

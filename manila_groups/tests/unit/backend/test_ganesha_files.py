# SPDX-License-Identifier: Apache-2.0
"""What the exports are written as, without an NFS-Ganesha."""

import itertools
import os
import pathlib
from unittest import mock

import fixtures

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import ganesha_clients
from manila_groups.backend.drivers.local import ganesha_files
from manila_groups.backend.drivers.local import ganesha_mounts
from manila_groups.tests import base


def export(export_id, share_id='share'):
    return ganesha_files.Export('alpha', 'volume', share_id, export_id)


class TestFiles(base.TestCase):
    def setUp(self):
        super().setUp()
        temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = temp / 'exports'
        self.files = ganesha_files.Files(str(self.path))
        self.files.prepare()

    def free_ids(self, number):
        with self.files.locked() as lock:
            return list(itertools.islice(self.files.free_ids(lock), number))

    def test_names(self):
        for number, volume in enumerate(('', 'a volume')):
            one = ganesha_files.Export('a.b-c', volume, 'share', number)
            self.files.write(one, 'text')
            self.assertEqual([one], self.files.all())
            self.assertEqual('text', self.files.read(one))
            self.files.remove(one)
            self.files.remove(one)
            self.assertEqual('', self.files.read(one))

    def test_durable_when_the_lock_is_free(self):
        synced = []
        fsync = os.fsync

        def note(file):
            synced.append(os.fstat(file).st_ino)
            fsync(file)

        directory = self.path.stat().st_ino
        with mock.patch.object(os, 'fsync', note):
            with self.files.locked():
                self.files.write(export(1), 'text')
                self.files.write(export(2), 'text')
            self.assertEqual(3, len(synced))
            self.assertEqual(directory, synced[-1])
            with self.files.locked():
                self.files.remove(export(1))
                self.files.remove(export(3))
            self.assertEqual([directory], synced[3:])
            with self.files.locked():
                self.files.remove(export(3))
        self.assertEqual(4, len(synced))

    def test_other_files(self):
        for name in ('README', 'a,b,c,d.conf', 'a,b,1.conf'):
            (self.path / name).touch()
        self.assertEqual([], self.files.all())

    def test_nothing_but_exports_is_where_all_is_read(self):
        self.files.write(export(1), 'text')
        self.assertEqual(
            {'.manila-groups', export(1).file}, set(os.listdir(self.path))
        )

    def test_ids(self):
        self.assertEqual([1], self.free_ids(1))
        self.files.write(export(3), '')
        self.assertEqual([2], self.free_ids(1))
        self.assertEqual([4, 5], self.free_ids(2))

    def test_ids_begin_anew(self):
        self.files.write(export(2), '')
        (self.path / '.manila-groups/lock').write_text('65534')
        self.assertEqual([65535, 1, 3], self.free_ids(3))

    def test_ids_are_used_up(self):
        for number in (1, 65535):
            self.files.write(export(number), '')
        found = self.free_ids(70000)
        self.assertEqual(list(range(2, 65535)), found)

    def test_last_id_is_lost(self):
        for wrong in ('', '-1', 'abcde'):
            (self.path / '.manila-groups/lock').write_text(wrong)
            self.assertEqual([1], self.free_ids(1))

    def test_record(self):
        rules = (driver.AccessRule('10.0.0.0/8', 'rw'),)
        record = ganesha_files.Record('/a\n"path"/für', rules)
        line = record.line()
        self.assertEqual(1, line.count('\n'))
        self.assertEqual(
            record, ganesha_files.Record.parse(f'{line}EXPORT {{}}\n')
        )

    def test_no_record(self):
        for text in ('', '# hello', '# []', '# {"path": "/a"}'):
            self.assertRaises(ValueError, ganesha_files.Record.parse, text)


class TestClients(base.TestCase):
    def assertClients(self, wanted, *rules):
        rules = [driver.AccessRule(*rule.split()) for rule in rules]
        self.assertEqual(wanted, ganesha_clients.clients(rules))

    def test_smallest_first(self):
        self.assertClients(
            [
                ('10.0.0.1', True),
                ('10.1.0.0/16', False),
                ('10.0.0.0/8', True),
            ],
            '10.0.0.0/8 rw',
            '10.1.0.0/16 ro',
            '10.0.0.1 rw',
        )

    def test_same_network(self):
        self.assertClients(
            [('10.0.0.0/8', False), ('10.0.0.0/8', True)],
            '10.0.0.0/8 rw',
            '10.1.2.3/8 ro',
        )

    def test_everyone(self):
        self.assertClients(
            [('0.0.0.0/1', True), ('128.0.0.0/1', True)], '0.0.0.0/0 rw'
        )
        self.assertClients([('::/1', False), ('8000::/1', False)], '::/0 ro')

    def test_prefixes(self):
        self.assertClients([('10.0.0.1', False)], '10.0.0.1/32 ro')
        self.assertClients([('2001:db8::1', False)], '2001:db8::1/128 ro')
        self.assertClients([('2001:db8::/99', True)], '2001:db8::/99 rw')
        self.assertClients(
            [('2001:db8::', True), ('2001:db8::1', True)],
            '2001:db8::/127 rw',
        )

    def test_refused(self):
        for rule in (
            '2001:db8::/100 rw',
            '2001:db8::/119 rw',
            'a rw',
            '::1 x',
        ):
            error = self.assertRaises(
                exception.DriverError, self.assertClients, [], rule
            )
            self.assertIn(repr(rule.split()[0]), error.message)

    def test_shown(self):
        """As NFS-Ganesha 4.3 does it; its words between do not matter."""
        for network, permissions, wanted in (
            ('127.0.0.1/32', 53490146, ('127.0.0.1', True)),
            ('::1/128', 53489826, ('::1', False)),
            ('2001:db8::/32', 53489826, ('2001:db8::/32', False)),
            ('*', 53490146, ('*', True)),
        ):
            client = (network, 0, 0, 255, 1, 1, 1, 0, permissions, 480)
            self.assertEqual(wanted, ganesha_clients.shown(client))


class TestMounts(base.TestCase):
    def test_no_subvolume(self):
        temp = os.path.realpath(self.useFixture(fixtures.TempDir()).path)
        mounts = ganesha_mounts.Mounts('/nowhere', None)
        self.assertEqual(('', temp), mounts.split(temp))
        self.assertEqual(('', '/'), mounts.split('/'))

    def test_not_there(self):
        mounts = ganesha_mounts.Mounts('/nowhere', None)
        self.assertRaises(FileNotFoundError, mounts.split, '/nowhere/share')
        self.assertFalse(mounts.is_made('/nowhere/share'))
        mounts.remove('volume')

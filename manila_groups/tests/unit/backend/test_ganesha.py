# SPDX-License-Identifier: Apache-2.0
"""Exports, with a real NFS-Ganesha and a client."""

from concurrent import futures
import os
import signal
import subprocess
from unittest import mock
import uuid

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import ganesha_clients
from manila_groups.tests.unit.backend import ganesha_case


class Exports:
    """What has to hold, on whatever the shares are kept."""

    def test_rules_decide(self):
        share = self.make_share()
        share.publish([])
        self.assertFalse(share.mountable())
        share.publish(ganesha_case.READ_WRITE)
        self.assertEqual(share.id, share.read())
        self.assertTrue(share.write('new'))
        self.assertEqual('bytes', (share.path / 'new').read_text())
        share.publish(ganesha_case.READ_ONLY)
        self.assertEqual(share.id, share.read())
        self.assertFalse(share.write('refused'))
        self.assertEqual(
            {'file', 'new'}, {found.name for found in share.path.iterdir()}
        )
        share.publish([])
        self.assertFalse(share.mountable())
        self.assertIsNone(share.read())
        share.publish(ganesha_case.READ_WRITE)
        self.assertEqual('bytes', share.read('new'))

    def test_withdraw(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        self.assertTrue(share.mountable())
        share.withdraw()
        self.assertFalse(share.mountable())
        self.assertGone()
        share.withdraw()
        self.assertTrue((share.path / 'file').exists())

    def test_shares_of_a_group(self):
        group = self.make_group()
        one, two = self.make_share(group), self.make_share(group)
        one.publish(ganesha_case.READ_WRITE)
        two.publish(ganesha_case.READ_ONLY)
        self.assertEqual({one.id, two.id}, self.exports.published())
        self.assertEqual(one.id, one.read())
        one.withdraw()
        self.assertEqual({two.id}, self.exports.published())
        self.assertFalse(one.mountable())
        self.assertEqual(two.id, two.read())
        two.withdraw()
        self.assertGone()

    def test_open_file_of_another_share(self):
        group = self.make_group()
        busy, other = self.make_share(group), self.make_share(group)
        content = os.urandom(8 * 2**20)
        (busy.path / 'large').write_bytes(content)
        busy.publish(ganesha_case.READ_ONLY)
        with subprocess.Popen(
            ['nfs-cat', self.server.url(busy.location, 'large')],
            stdout=subprocess.PIPE,
        ) as reader:
            # The rest does not fit into the pipe: the file is open by now.
            read = reader.stdout.read(2**16)
            other.publish(ganesha_case.READ_WRITE)
            other.publish([])
            other.withdraw()
            self.make_share().publish(ganesha_case.READ_WRITE)
            read += reader.stdout.read()
        self.assertEqual(content, read)

    def test_open_file_when_its_rule_goes(self):
        share = self.make_share()
        (share.path / 'large').write_bytes(bytes(64 * 2**20))
        share.publish(ganesha_case.READ_ONLY)
        with subprocess.Popen(
            ['nfs-cat', self.server.url(share.location, 'large')],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reader:
            read = len(reader.stdout.read(2**16))
            share.publish([])
            read += len(reader.stdout.read())
        self.assertLess(read, 64 * 2**20)
        self.assertNotEqual(0, reader.returncode)

    def test_server_restarts(self):
        share, refused = self.make_share(), self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        refused.publish([])
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.server.stop(how)
            self.server.start()
            self.assertEqual(share.id, share.read())
            self.assertFalse(refused.mountable())
        self.server.reload()
        self.assertEqual(share.id, share.read())

    def test_server_is_down(self):
        share, gone = self.make_share(), self.make_share()
        for one in (share, gone):
            one.publish(ganesha_case.READ_WRITE)
        self.server.stop()
        error = self.assertRaises(
            exception.DriverError, share.publish, ganesha_case.READ_ONLY
        )
        self.assertIn('[alpha] ganesha_dbus_address', error.message)
        self.assertRaises(exception.DriverError, gone.withdraw)
        self.assertRaises(exception.DriverError, self.exports.setup)
        new = self.make_share()
        self.assertRaises(exception.DriverError, new.publish, [])
        self.server.start()
        self.assertEqual(share.id, share.read())
        self.assertFalse(share.write('refused'))
        gone.withdraw()
        self.assertFalse(gone.mountable())
        new.publish(ganesha_case.READ_ONLY)
        self.assertEqual(new.id, new.read())
        self.assertEqual({share.id, new.id}, self.exports.published())

    def test_two_back_ends(self):
        other = self.make_exports('beta')
        other.setup()
        mine, theirs = self.make_share(), self.make_share()
        mine.publish(ganesha_case.READ_WRITE)
        theirs.publish(ganesha_case.READ_ONLY, other)
        self.assertEqual({mine.id}, self.exports.published())
        self.assertEqual({theirs.id}, other.published())
        self.assertEqual(mine.id, mine.read())
        self.assertEqual(theirs.id, theirs.read())
        mine.withdraw()
        self.exports.withdraw(theirs.id)
        self.assertEqual(theirs.id, theirs.read())

    def test_at_once(self):
        groups = [self.make_group() for _number in range(6)]
        shares = [self.make_share(groups[n % 6]) for n in range(30)]
        with futures.ThreadPoolExecutor(30) as pool:
            list(pool.map(_publish, shares))
            self.assertEqual(
                {share.id for share in shares}, self.exports.published()
            )
            self.assertEqual(
                [share.id for share in shares],
                [share.read() for share in shares],
            )
            list(pool.map(ganesha_case.Share.withdraw, shares))
        self.assertGone()
        self.assertFalse(any(share.mountable() for share in shares))

    def test_what_was_mounted_is_lost(self):
        """As after a boot; NFS-Ganesha has started before the back end."""
        share = self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        self.server.stop()
        self.server.unmount()
        self.server.start()
        self.make_exports().setup()
        self.assertEqual(share.id, share.read())
        self.assertEqual({share.id}, self.exports.published())


def _publish(share):
    share.publish([])
    share.publish(ganesha_case.READ_WRITE)


class TestInDirectories(Exports, ganesha_case.GaneshaTestCase):
    """Each share is a directory of a file system."""

    def test_strange_path(self):
        strange = self.root / 'a place, für #1 {x}'
        strange.mkdir()
        share = self.make_share(strange)
        share.publish(ganesha_case.READ_ONLY)
        self.assertEqual(share.id, share.read())

    def test_path_that_can_not_be_exported(self):
        quoted = self.root / 'a"b'
        quoted.mkdir()
        share = self.make_share(quoted)
        self.assertRaises(exception.DriverError, share.publish, [])
        self.assertEqual(set(), self.exports.published())

    def test_ids_of_the_operator(self):
        (self.root / 'operators').mkdir()
        for number in (1, 2):
            self._add_export(number)
        share = self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        self.assertEqual(share.id, share.read())
        self.assertTrue(self.server.mountable('127.0.0.1:/operators1'))

    def _add_export(self, number):
        (self.server.temp / 'operators').mkdir(exist_ok=True)
        file = self.server.temp / f'operators/{number}'
        file.write_text(
            f'EXPORT {{ Export_Id = {number}; Path = {self.root}/operators; '
            f'Pseudo = /operators{number}; Protocols = 4; Access_Type = RO; '
            'FSAL { Name = VFS; } }'
        )
        with open(self.server.options['ganesha_config_file'], 'a') as config:
            config.write(f'%include "{file}"\n')
        self.server.reload()

    def test_ids_are_not_used_again(self):
        ids = set()
        for _number in range(3):
            share = self.make_share()
            share.publish([])
            ids |= set(os.listdir(self.server.exports))
            share.withdraw()
        ids = {name.rpartition(',')[2] for name in ids}
        self.assertEqual({'.manila-groups', '1.conf', '2.conf', '3.conf'}, ids)

    def test_every_kind_of_rule(self):
        share = self.make_share()
        everyone = [
            driver.AccessRule('0.0.0.0/0', 'rw'),
            driver.AccessRule('::/0', 'ro'),
            driver.AccessRule('10.0.0.0/8', 'rw'),
            driver.AccessRule('2001:db8::a:0:0:1', 'rw'),
            driver.AccessRule('2001:db8::/32', 'ro'),
            driver.AccessRule('2001:db8::a:0:0:0/120', 'rw'),
        ]
        share.publish(everyone)
        self.assertTrue(share.write('new'))
        share.publish([*everyone, *ganesha_case.READ_ONLY])
        self.assertEqual('bytes', share.read('new'))
        self.assertFalse(share.write('refused'))

    def test_other_addresses(self):
        share = self.make_share()
        share.publish(
            [
                driver.AccessRule('127.0.0.2', 'rw'),
                driver.AccessRule('10.0.0.0/8', 'rw'),
                driver.AccessRule('::/0', 'rw'),
            ]
        )
        self.assertFalse(share.mountable())

    def test_rule_that_can_not_be_told(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_ONLY)
        for network, level in (
            ('2001:db8::/110', 'rw'),
            ('2001:db8::/99; }', 'rw'),
            ('0.0.0.0', 'rw'),
            ('0.0.0.0/8', 'rw'),
            ('::', 'rw'),
            ('224.0.0.1', 'rw'),
            ('*', 'rw'),
            ('localhost', 'rw'),
            ('127.0.0.1', 'none'),
        ):
            rule = driver.AccessRule(network, level)
            error = self.assertRaises(
                exception.DriverError, share.publish, [rule]
            )
            self.assertIn(repr(network), error.message)
        self.assertEqual(share.id, share.read())

    def test_rule_for_no_client_opens_nothing(self):
        """NFS-Ganesha takes 0.0.0.0 for everybody."""
        share = self.make_share()
        rule = driver.AccessRule('0.0.0.0', 'rw')
        self.assertRaises(exception.DriverError, share.publish, [rule])
        self.assertFalse(share.mountable())
        self.server.reload()
        self.assertFalse(share.mountable())

    def test_misread_rule_opens_nothing(self):
        """Whatever it takes rules for, is seen, and undone."""
        share = self.make_share()
        other = [driver.AccessRule('127.0.0.2', 'rw')]
        for before in (None, [], other):
            if before is not None:
                share.publish(before)
            misread = mock.patch.object(
                ganesha_clients,
                'clients',
                lambda rules: [('0.0.0.0', True)] if rules else [],
            )
            with misread:
                self.assertRaises(exception.DriverError, share.publish, other)
            self.assertFalse(share.mountable())
            self.server.reload()
            self.assertFalse(share.mountable())

    def test_misread_rule_leaves_others(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_ONLY)
        told = ganesha_clients.clients

        def misread(rules):
            anybody = [('0.0.0.0', True)] if len(rules) > 1 else []
            return told(rules[:1]) + anybody

        with mock.patch.object(ganesha_clients, 'clients', misread):
            self.assertRaises(
                exception.DriverError,
                share.publish,
                [*ganesha_case.READ_ONLY, driver.AccessRule('::1', 'rw')],
            )
        self.assertEqual(share.id, share.read())
        self.assertFalse(share.write('refused'))

    def test_rule_of_an_earlier_release(self):
        """One for 0.0.0.0 was written down, and let everybody in."""
        share = self.make_share()
        share.publish([driver.AccessRule('10.1.2.3', 'rw')])
        (file,) = self.server.exports.glob('*.conf')
        file.write_text(file.read_text().replace('10.1.2.3', '0.0.0.0'))
        self.server.reload()
        self.assertTrue(share.mountable())
        self.exports.setup()
        self.assertFalse(share.mountable())

    def test_mapped_address(self):
        share = self.make_share()
        share.publish([driver.AccessRule('::ffff:127.0.0.1', 'ro')])
        self.assertEqual(share.id, share.read())
        share.publish([driver.AccessRule('::ffff:127.0.0.0/104', 'rw')])
        self.assertTrue(share.write('new'))

    def test_root_is_root(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        share.write('new')
        self.assertEqual(0, (share.path / 'new').stat().st_uid)
        os.chmod(share.path / 'new', 0)
        self.assertEqual('bytes', share.read('new'))


class TestInSubvolumes(
    Exports, ganesha_case.OnBtrfs, ganesha_case.GaneshaTestCase
):
    """Each group is a subvolume of Btrfs, with its shares in it."""

    def test_share_is_a_subvolume(self):
        share_id = str(uuid.uuid4())
        path = self.root / share_id
        ganesha_case.subvolume('create', path)
        (path / 'file').write_text(share_id)
        location = self.exports.locations(share_id, str(path))[0].path
        share = ganesha_case.Share(self, share_id, path, location)
        share.publish(ganesha_case.READ_WRITE)
        self.assertEqual(share.id, share.read())
        share.withdraw()
        ganesha_case.subvolume('delete', path)
        self.assertGone()

    def test_delete_while_a_file_is_open(self):
        group = self.make_group()
        share = self.make_share(group)
        (share.path / 'large').write_bytes(bytes(64 * 2**20))
        share.publish(ganesha_case.READ_ONLY)
        with subprocess.Popen(
            ['nfs-cat', self.server.url(share.location, 'large')],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reader:
            reader.stdout.read(2**16)
            share.withdraw()
            ganesha_case.subvolume('delete', group)
            reader.stdout.read()
        self.assertNotEqual(0, reader.returncode)
        self.assertGone()

    def test_mount_is_lost(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        self.server.unmount()
        share.publish(ganesha_case.READ_WRITE)
        self.assertTrue(share.write('new'))
        self.assertEqual('bytes', (share.path / 'new').read_text())

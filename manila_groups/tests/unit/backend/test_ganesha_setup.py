# SPDX-License-Identifier: Apache-2.0
"""What a back end with exports says to its operator when it starts."""

import os

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.tests.unit.backend import ganesha_case


class TestSetup(ganesha_case.GaneshaTestCase):
    def assertRefused(self, option, part, **options):
        made = self.make_exports(**options)
        error = self.assertRaises(exception.DriverError, made.setup)
        self.assertIn(f'[alpha] {option} = ', error.message)
        self.assertIn(part, error.message)

    def test_again(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_ONLY)
        files = os.listdir(self.server.exports)
        self.exports.setup()
        self.assertEqual(files, os.listdir(self.server.exports))
        self.assertEqual(share.id, share.read())

    def test_no_address(self):
        self.assertRefused(
            'ganesha_addresses', 'name the addresses', ganesha_addresses=[]
        )

    def test_bus_is_not_there(self):
        for address in ('unix:path=/nowhere', 'nonsense', 'tcp:host=a'):
            self.assertRefused(
                'ganesha_dbus_address',
                'NFS-Ganesha',
                ganesha_dbus_address=address,
            )

    def test_no_server_on_the_bus(self):
        self.server.stop()
        self.assertRefused('ganesha_dbus_address', 'org.ganesha.nfsd')

    def test_directory_can_not_be_made(self):
        blocked = self.server.temp / 'file'
        blocked.touch()
        for option in ('ganesha_config_dir', 'ganesha_mount_dir'):
            self.assertRefused(
                option, 'Not a directory', **{option: str(blocked / 'below')}
            )

    def test_paths(self):
        for option in ('ganesha_config_dir', 'ganesha_mount_dir'):
            for path in ('relative', '/with"quotes', ''):
                self.assertRefused(
                    option, 'must be absolute', **{option: path}
                )

    def test_not_included(self):
        self.assertRefused(
            'ganesha_config_file',
            f'%dir "{self.root}/other"',
            ganesha_config_dir=f'{self.root}/other',
        )

    def test_no_configuration(self):
        self.assertRefused(
            'ganesha_config_file',
            'No such file',
            ganesha_config_file='/nowhere/ganesha.conf',
        )

    def test_included_by_what_is_included(self):
        outer = self.root / 'outer.conf'
        inner = self.root / 'inner.conf'
        outer.write_text('%include inner.conf\n')
        inner.write_text(
            f'# %dir /nowhere\n%include {outer}\n%dir {self.server.exports}/\n'
        )
        self.make_exports(ganesha_config_file=str(outer)).setup()

    def test_share_that_is_gone(self):
        kept, gone = self.make_share(), self.make_share()
        for share in (kept, gone):
            share.publish(ganesha_case.READ_ONLY)
        (gone.path / 'file').unlink()
        gone.path.rmdir()
        self.server.stop()
        self.server.start()
        self.exports.setup()
        self.assertEqual(kept.id, kept.read())
        self.assertEqual({kept.id, gone.id}, self.exports.published())
        gone.withdraw()
        self.assertEqual({kept.id}, self.exports.published())

    def test_file_of_somebody_else(self):
        for name in ('README', 'alpha,,x,1.conf'):
            (self.server.exports / name).write_text('# hello\n')
        self.exports.setup()
        share = self.make_share()
        share.publish(ganesha_case.READ_ONLY)
        self.assertEqual(share.id, share.read())

    def test_mounts_move(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_ONLY)
        self.exports = self.make_exports(
            ganesha_mount_dir=str(self.server.temp / 'elsewhere'),
            ganesha_pseudo_root='/another/root',
        )
        self.exports.setup()
        self.assertFalse(share.mountable())
        location = self.exports.locations(share.id, str(share.path))[0].path
        self.assertTrue(self.server.mountable(location))

    def test_locations(self):
        made = self.make_exports(
            ganesha_addresses=['192.0.2.1', '2001:db8::1']
        )
        self.assertEqual(
            [
                driver.ExportLocation('192.0.2.1:/manila-groups/x', True),
                driver.ExportLocation('[2001:db8::1]:/manila-groups/x'),
            ],
            made.locations('x', '/nowhere/x'),
        )


class TestSetupOnBtrfs(ganesha_case.OnBtrfs, TestSetup):
    """The same, with mounts."""

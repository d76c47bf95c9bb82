# SPDX-License-Identifier: Apache-2.0
"""Share groups with real files, backed up with the real restic."""

import os

from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests import trees
from manila_groups.tests.unit.backup import restic_case

HOST = 'host@alpha'


class BackupCase:
    """Mix in with a LocalTestCase, where the shares are.

    :cvar sizes: of the shares, in GiB
    :ivar service: the service without threads
    :ivar group: the id of a share group
    :ivar members: the ids of its shares
    """

    rootdir = base.in_memory()
    sizes = (1, 1)

    def setUp(self):
        super().setUp()
        self.restic = restic_case.need_restic(self)
        self.repositories = self.temp / 'repositories'
        self.write_secret(restic_case.SECRET)
        self.service = self.useFixture(
            inprocess.InProcess(self.configuration())
        )
        self.group = self.service.create()
        self.service.deliver_all()
        self.members = [
            self.service.create_share(
                size, share_group_id=self.group, name=f'share-{number}'
            )
            for number, size in enumerate(self.sizes)
        ]
        self.service.deliver_all()

    def configuration(self):
        return {
            'DEFAULT': {'enabled_backends': ['alpha']},
            'alpha': {
                'driver': 'local',
                'local_path': str(self.path),
                'max_over_subscription_ratio': 1000,
            },
            'backup': {
                'repository': str(self.repositories),
                'secret_file': str(self.temp / 'secret'),
                'command': self.restic,
                'cache_directory': str(self.temp / 'cache'),
            },
        }

    def write_secret(self, text):
        file = self.temp / 'secret'
        file.write_text(text)
        file.chmod(0o600)

    # What is on the back end.

    @property
    def home(self):
        """The directory of the group."""
        return self.path / 'groups' / self.group

    @property
    def repository(self):
        """The repository of the project, as a directory."""
        return self.repositories / inprocess.PROJECT

    def names(self, backup, group_id):
        """What the shares of a backup are called in a group made from it."""
        made = {
            one.source_share_group_backup_member_id: one.id
            for one in self.service.all_shares()
            if one.share_group_id == group_id
        }
        return {one.share_id: made[one.id] for one in backup.members}

    def differences(self, backup, group_id, original):
        """Compare a group that is made from a backup with a directory."""
        return trees.differences(
            original,
            self.path / 'groups' / group_id,
            names=self.names(backup, group_id),
        )

    # What the service does.

    def run_out(self, status_of, row_id, expected='available'):
        """Let all be done; check the status that something has then."""
        # The last time may be long ago.
        self.service.beat()
        self.service.deliver_all()
        self.assertEqual(expected, status_of(row_id), self.why())

    def why(self):
        """Say what operations wait for, and what messages say."""
        waiting = [one.reason for one in self.service.under_way()]
        messages = self.service.user_messages()
        return waiting, [one.user_message for one in messages]

    def back_up(self, **values):
        """Back the group up; returns the record."""
        backup_id = self.service.create_backup(self.group, **values)
        self.run_out(self.service.backup_status, backup_id)
        return self.service.get_backup(backup_id)

    def restore_new(self, backup_id):
        """Make a group from a backup; returns its id."""
        group_id = self.service.create(source_share_group_backup_id=backup_id)
        self.run_out(self.service.status, group_id)
        return group_id

    def restore(self, backup_id):
        """Restore a backup to its group."""
        self.service.backups.restore(self.service.caller, backup_id)
        self.run_out(self.service.status, self.group)

    def check_quiet(self):
        """Check that nothing is at work, counted wrongly, or left behind."""
        self.assertEqual([], self.service.under_way(), self.why())
        self.service.check(self)
        self.assertEqual([], os.listdir(self.path / 'drafts'))
        trash = os.listdir(self.path / 'trash')
        self.assertEqual(
            [], [one for one in trash if not one.startswith('qgroup.')]
        )
        snapshots = {one.id for one in self.service.all_snapshots()}
        self.assertEqual(snapshots, set(os.listdir(self.path / 'snapshots')))
        groups = {one.id for one in self.service.all_groups() if one.host}
        self.assertEqual(groups, set(os.listdir(self.path / 'groups')))

    def check_locks(self):
        """Check that no process has left a lock in the repository."""
        found = os.listdir(self.repository / 'locks')
        # What was being written when restic was killed is no lock yet.
        self.assertEqual([], [one for one in found if '-tmp-' not in one])

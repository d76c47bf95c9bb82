# SPDX-License-Identifier: Apache-2.0
"""What the command ``openstack`` does with the content of share groups."""

import shutil

from manila_groups.tests.functional import client_case
from manila_groups.tests.functional import processes

_SPECS = {
    'driver_handles_share_servers': 'False',
    # The back end that has directories, and no simulated shares.
    'share_backend_name': 'alpha',
}


class ContentTest(client_case.ClientTest):
    """There is a share group, shop, with a share in which something is."""

    def setUp(self):
        super().setUp()
        type_id = self.make('/types', 'share_type', extra_specs=_SPECS)
        group_type_id = self.make(
            '/share-group-types', 'share_group_type', share_types=[type_id]
        )
        self.shop = self.make(
            '/share-groups', 'share_group', share_group_type_id=group_type_id
        )
        self.becomes_available('/share-groups', 'share_group', self.shop)
        self.make_available(
            '/shares',
            'share',
            share_proto='NFS',
            size=1,
            share_type=type_id,
            share_group_id=self.shop,
        )
        self.write_content(self.shop, 'old')

    def make(self, path, noun, name='shop', **values):
        """Let the API make something; returns its id."""
        body = {noun: {'name': name, **values}}
        return self.api.ask('POST', path, body)[noun]['id']

    def becomes_available(self, path, noun, found_id):
        def is_there():
            found = self.api.ask('GET', f'{path}/{found_id}')[noun]
            return found['status'] == 'available'

        self.assertTrue(processes.wait_for(is_there), noun)

    def make_available(self, path, noun, **values):
        self.becomes_available(path, noun, self.make(path, noun, **values))

    def create(self, *arguments):
        return self.json('share', 'group', 'create', *arguments, '--wait')

    def file(self, group_id):
        (share,) = (self.state / 'alpha/groups' / group_id).iterdir()
        return share / 'orders'

    def write_content(self, group_id, text):
        self.file(group_id).write_text(text)

    def content(self, group_id):
        return self.file(group_id).read_text()


class TestShareGroupCopy(ContentTest):
    def test_a_copy(self):
        copy = self.create('--name', 'copy', '--source-share-group', 'shop')
        self.assertEqual(
            ('available', self.shop),
            (copy['status'], copy['source_share_group_id']),
        )
        self.assertNotIn('links', copy)
        self.write_content(self.shop, 'new')
        self.assertEqual('old', self.content(copy['id']))

    def test_without_a_wait(self):
        copy = self.json(
            'share', 'group', 'create', '--source-share-group', self.shop
        )
        self.assertEqual('creating', copy['status'])
        self.assertTrue(self.api.becomes(copy['id'], 'available'))

    def test_where_it_would_go(self):
        found = self.json(
            'share', 'group', 'create', '--source-share-group', 'shop',
            '--dry-run',
        )  # fmt: skip
        self.assertEqual(1, found['fits'])

    def test_what_comes_from_the_source(self):
        command = ('share', 'group', 'create', '--source-share-group', 'shop')
        line = self.refused(*command, '--share-types', 'shop')
        self.assertIn('share_types: comes from the source', line)


class TestShareGroupRevert(ContentTest):
    command = ('share', 'group', 'revert', 'shop')

    def setUp(self):
        super().setUp()
        self.make_available(
            '/share-group-snapshots',
            'share_group_snapshot',
            name='noon',
            share_group_id=self.shop,
        )
        self.write_content(self.shop, 'new')

    def test_back_to_a_snapshot(self):
        self.assertEqual('', self.openstack(*self.command, 'noon', '--wait'))
        self.assertEqual('old', self.content(self.shop))

    def test_without_a_wait(self):
        self.assertEqual('', self.openstack(*self.command, 'noon'))
        self.assertTrue(self.api.becomes(self.shop, 'available'))
        self.assertEqual('old', self.content(self.shop))

    def test_a_failure_that_changes_nothing(self):
        for one in (self.state / 'alpha/snapshots').iterdir():
            shutil.rmtree(one)
        line = self.refused(*self.command, 'noon', '--wait')
        self.assertIn(f'{self.shop}: revert failed: ', line)
        self.assertIn('Its shares stay as they are.', line)
        self.assertEqual('new', self.content(self.shop))

    def test_what_is_refused(self):
        line = self.refused(*self.command, 'none-such')
        self.assertIn('none-such', line)

    def test_the_help_says_what_is_lost(self):
        text = self.openstack(*self.command[:3], '--help')
        self.assertRegex(text, r'has been\s+written')
        self.assertIn('is lost', text)

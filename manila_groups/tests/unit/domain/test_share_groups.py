# SPDX-License-Identifier: Apache-2.0
"""Share groups: what a project may ask for, and what comes of it."""

from oslo_utils import uuidutils

from manila_groups import context
from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import models
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.domain.types import share_types
from manila_groups.rpc import wake
from manila_groups.tests import base
from manila_groups.tests import inprocess

NOBODY = uuidutils.generate_uuid()


class ShareGroupsTest(base.TestCase):
    overrides = {}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(self.overrides))
        self.addCleanup(self.service.check, self)
        self.groups = self.service.groups
        self.default_type = self.service.default_type
        self.other = context.RequestContext(
            project_id='there', user_id='stranger', is_admin=False
        )

    def share_type(self, name, is_public=True, **specs):
        specs = {share_types.DHSS: 'False', **specs}
        return self.service.types.create(name, specs, is_public).id

    def group_type(self, name, *share_type_ids, is_public=True):
        return self.service.group_types.create(
            self.service.admin, name, list(share_type_ids), {}, is_public
        ).id

    def refused(self, error, *words, caller=None, **wanted):
        raised = self.assertRaises(
            error,
            self.groups.create,
            caller or self.service.caller,
            share_groups.NewShareGroup(**wanted),
        )
        for word in words:
            self.assertIn(word, raised.message)
        self.assertEqual([], self.service.messages)
        self.assertEqual([], self.service.all_groups())


class TestCreate(ShareGroupsTest):
    def test_what_is_not_named(self):
        group = self.service.get(self.service.create())
        self.assertEqual(
            ('creating', 'here', 'user', 'req-1', None, None, None),
            (
                group.status,
                group.project_id,
                group.user_id,
                group.request_id,
                group.name,
                group.host,
                group.availability_zone,
            ),
        )
        self.assertEqual(self.default_type.id, group.share_group_type_id)
        self.assertEqual(self.default_type.share_types, group.share_types)
        (message,) = self.service.messages
        self.assertEqual(
            wake.Wake(wake.SCHEDULERS, states.SHARE_GROUP, group.id), message
        )

    def test_what_is_named(self):
        types = [self.share_type(name) for name in ('one', 'two', 'three')]
        group_type = self.group_type('special', *types)
        group = self.service.get(
            self.service.create(
                name='n',
                description='d',
                share_group_type_id=group_type,
                share_types=types[:2],
                availability_zone='west',
            )
        )
        self.assertEqual(('n', 'd'), (group.name, group.description))
        self.assertEqual(group_type, group.share_group_type_id)
        self.assertEqual(tuple(sorted(types[:2])), group.share_types)
        self.assertIsNotNone(group.requested_zone_id)

    def test_share_types_that_are_not_named(self):
        types = [self.share_type(name) for name in ('one', 'two')]
        without = self.group_type('without', *types)
        (default,) = self.default_type.share_types
        with_default = self.group_type('with', default, *types)
        for group_type, expected in (
            (without, sorted(types)),
            (with_default, [default]),
        ):
            for named in (None, []):
                group = self.service.get(
                    self.service.create(
                        share_group_type_id=group_type, share_types=named
                    )
                )
                self.assertEqual(tuple(expected), group.share_types)

    def test_a_share_type_named_twice(self):
        (default,) = self.default_type.share_types
        group = self.service.get(
            self.service.create(share_types=[default, default])
        )
        self.assertEqual((default,), group.share_types)

    def test_unknown_things(self):
        for field in (
            'share_group_type_id',
            'source_share_group_snapshot_id',
        ):
            self.refused(exception.Invalid, field, NOBODY, **{field: NOBODY})
        self.refused(
            exception.Invalid, 'share_types', NOBODY, share_types=[NOBODY]
        )
        self.refused(
            exception.NotFound,
            'availability_zone',
            'nowhere',
            availability_zone='nowhere',
        )

    def test_private_things(self):
        hidden = self.share_type('hidden', is_public=False)
        private = self.group_type('private', is_public=False)
        mixed = self.group_type('mixed', hidden)
        self.refused(
            exception.Invalid,
            'share_group_type_id',
            share_group_type_id=private,
        )
        for named in (None, [hidden]):
            self.refused(
                exception.Invalid,
                'share_types',
                share_group_type_id=mixed,
                share_types=named,
            )
        self.service.types.add_project(self.service.admin, hidden, 'here')
        self.service.create(share_group_type_id=mixed)

    def test_a_share_type_that_the_group_type_does_not_allow(self):
        self.refused(
            exception.Invalid,
            'share_types',
            'allows',
            share_types=[self.share_type('other')],
        )

    def test_share_servers(self):
        network = self.share_type('network', **{share_types.DHSS: 'True'})
        plain = self.share_type('plain')
        both = self.group_type('both', network, plain)
        own = self.group_type('own', network)
        self.refused(
            exception.Invalid, share_types.DHSS, share_group_type_id=both
        )
        self.refused(exception.Invalid, 'is required', share_group_type_id=own)
        self.refused(
            exception.Invalid,
            NOBODY,
            share_group_type_id=own,
            share_network_id=NOBODY,
        )
        self.refused(
            exception.Invalid, 'must not be given', share_network_id=NOBODY
        )

    def test_a_snapshot_goes_with_nothing_that_comes_from_it(self):
        for field, value in (
            ('share_types', [NOBODY]),
            ('share_network_id', NOBODY),
            ('availability_zone', 'nova'),
        ):
            self.refused(
                exception.Invalid,
                f'{field}: comes from',
                source_share_group_snapshot_id=NOBODY,
                **{field: value},
            )

    def test_a_share_type_that_is_limited_to_zones(self):
        types = []
        for scope in ('', 'capabilities:'):
            zones = {f'{scope}availability_zones': 'east, nova'}
            limited = self.share_type(f'limited {scope}', **zones)
            types.append(self.group_type(f'limited {scope}', limited))
            self.refused(
                exception.Invalid,
                'availability_zone',
                limited,
                share_group_type_id=types[-1],
                availability_zone='west',
            )
        for group_type in types:
            self.service.create(
                share_group_type_id=group_type, availability_zone='nova'
            )


class TestNoDefaults(ShareGroupsTest):
    overrides = {'DEFAULT': {'default_share_group_type': 'missing'}}

    def test_no_group_type(self):
        self.refused(exception.Invalid, 'share_group_type_id', 'default')


class TestQuota(ShareGroupsTest):
    overrides = {'quota': {'share_groups': 2}}

    def test_is_kept(self):
        for _ in range(2):
            self.service.create()
        raised = self.assertRaises(exception.OverQuota, self.service.create)
        self.assertIn('Quota exceeded for share_groups: ', raised.message)
        self.assertEqual(2, self.service.in_use())
        self.groups.create(self.other, share_groups.NewShareGroup())
        self.groups.force_delete(
            self.service.admin,
            next(
                one.id
                for one in self.service.all_groups()
                if one.project_id == 'there'
            ),
        )

    def test_is_given_back_when_the_group_is_gone(self):
        group_ids = [self.service.create() for _ in range(2)]
        self.service.deliver_all()
        self.groups.delete(self.service.caller, group_ids[0])
        self.assertRaises(exception.OverQuota, self.service.create)
        self.service.deliver_all()
        self.service.create()

    def test_a_refused_request_uses_nothing(self):
        self.refused(exception.Invalid, share_types=[NOBODY])
        self.assertEqual(0, self.service.in_use())

    def test_a_limit_of_the_project(self):
        with self.service.db.writer() as conn:
            conn.execute(
                models.QuotaLimit.__table__.insert().values(
                    project_id='here', resource='share_groups', hard_limit=0
                )
            )
        self.refused(exception.OverQuota)


class TestDelete(ShareGroupsTest):
    def available_group(self):
        group_id = self.service.create()
        self.service.deliver_all()
        return group_id

    def test_statuses(self):
        for status, allowed in (
            ('creating', False),
            ('available', True),
            ('error', True),
            ('deleting', False),
            ('error_deleting', True),
        ):
            group_id = self.available_group()
            self.groups.reset_status(self.service.admin, group_id, status)
            if allowed:
                self.groups.delete(self.service.caller, group_id)
                self.assertEqual('deleting', self.service.status(group_id))
                continue
            raised = self.assertRaises(
                exception.Conflict,
                self.groups.delete,
                self.service.caller,
                group_id,
            )
            self.assertIn(f'the status {status}', raised.message)
            self.assertEqual(status, self.service.status(group_id))

    def test_a_group_with_a_share(self):
        group_id = self.available_group()
        self.service.create_share(share_group_id=group_id)
        self.service.deliver_all()
        raised = self.assertRaises(
            exception.Conflict,
            self.groups.delete,
            self.service.admin,
            group_id,
        )
        self.assertIn('has shares', raised.message)
        self.assertEqual('available', self.service.status(group_id))
        self.assertEqual([], self.service.messages)

    def test_one_without_a_place_is_gone_at_once(self):
        self.service.clock.advance(1000)
        group_id = self.service.create()
        self.service.deliver_all()
        self.assertEqual('error', self.service.status(group_id))
        self.groups.delete(self.service.caller, group_id)
        self.assertIsNone(self.service.get(group_id))
        self.assertEqual([], self.service.messages)

    def test_one_whose_status_was_set_by_hand(self):
        group_id = self.service.create()
        self.groups.reset_status(self.service.admin, group_id, 'error')
        self.groups.delete(self.service.caller, group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))
        self.assertEqual([], self.service.under_way())


class TestVisibility(ShareGroupsTest):
    def setUp(self):
        super().setUp()
        self.group_id = self.service.create(name='mine')

    def calls(self, caller):
        yield self.groups.get, (caller, self.group_id)
        yield self.groups.update, (caller, self.group_id, {'name': 'new'})
        yield self.groups.delete, (caller, self.group_id)
        yield self.groups.force_delete, (caller, self.group_id)
        yield self.groups.reset_status, (caller, self.group_id, 'error')

    def test_a_group_of_another_project_is_not_there(self):
        for call, args in self.calls(self.other):
            raised = self.assertRaises(exception.NotFound, call, *args)
            self.assertIn(self.group_id, raised.message)
        group = self.service.get(self.group_id)
        self.assertEqual(('creating', 'mine'), (group.status, group.name))

    def listed(self, caller, **filters):
        found, _more = self.groups.list_page(
            caller, filters, paging.Page(), True
        )
        return [one.name for one in found]

    def test_lists(self):
        admin, everywhere = self.service.admin, {'all_tenants': True}
        self.assertEqual(['mine'], self.listed(self.service.caller))
        self.assertEqual([], self.listed(self.other))
        self.assertEqual([], self.listed(self.other, **everywhere))
        self.assertEqual([], self.listed(self.other, project_id='here'))
        self.assertEqual(
            [], self.listed(self.other, project_id='here', **everywhere)
        )
        self.assertEqual([], self.listed(admin))
        self.assertEqual(['mine'], self.listed(admin, **everywhere))
        self.assertEqual(
            ['mine'], self.listed(admin, project_id='here', **everywhere)
        )
        self.assertEqual(
            [], self.listed(admin, project_id='there', **everywhere)
        )

    def test_update(self):
        group = self.groups.update(
            self.service.caller,
            self.group_id,
            {'name': None, 'description': '\U0001f600'},
        )
        self.assertEqual((None, '\U0001f600'), (group.name, group.description))
        self.assertIsNotNone(group.updated_at)
        self.assertEqual(group, self.groups.get(self.service.admin, group.id))

# SPDX-License-Identifier: Apache-2.0
"""Notifications of requests over HTTP, from the processes that do the work."""

import json

from oslo_messaging.notify import _impl_test
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups import sender
from manila_groups.domain.events import notifications
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import wsgi_client


class NotificationsTest(base.TestCase):
    """A service on a host of its own, as all tests share the list."""

    def start(self, **notify):
        self.host = uuidutils.generate_uuid()
        self.service = self.useFixture(
            fixtures.ServiceFixture(
                {
                    'DEFAULT': {'host': self.host},
                    'oslo_messaging_notifications': notify,
                    'quota': {'gigabytes': 5000},
                }
            )
        )

    def call(self, method, path, **content):
        """Make a request; returns the answer and the request's id."""
        answer = wsgi_client.call(
            self.service.application,
            method,
            f'/v2{path}',
            body=json.dumps(content) if content else b'',
        )
        self.assertIn(answer.status, (200, 202, 204), answer.body)
        found = answer.json if answer.body else None
        return found, answer.headers['x-openstack-request-id']

    def notifications(self, row_id):
        """Those of a row: request id, publisher, event, priority."""
        sender.flush_all(processes.PATIENCE)
        return [
            (
                ctxt['request_id'],
                message['publisher_id'].replace(self.host, 'host'),
                message['event_type'],
                priority,
            )
            for ctxt, message, priority, _retry in _impl_test.NOTIFICATIONS
            if message['payload'].get('id') == row_id
        ]

    def assertNotified(self, row_id, *expected):
        """Wait for the expected notifications, in any order.

        Each part of the service sends its own.
        """
        processes.wait_for(
            lambda: len(self.notifications(row_id)) >= len(expected)
        )
        self.assertCountEqual(expected, self.notifications(row_id))


class TestOn(NotificationsTest):
    def setUp(self):
        super().setUp()
        self.start(driver=['test'])

    def test_who_tells_what(self):
        body, made = self.call('POST', '/share-groups', share_group={})
        group_id = body['share_group']['id']
        start = (made, 'api.host', 'share_group.create.start', 'INFO')
        processes.wait_for(lambda: len(self.notifications(group_id)) == 2)
        body, _id = self.call('GET', f'/share-groups/{group_id}')
        backend = body['share_group']['host'].partition('#')[0]
        backend = f'backend.{backend}'.replace(self.host, 'host')
        end = (made, backend, 'share_group.create.end', 'INFO')
        self.assertNotified(group_id, start, end)
        _none, deleted = self.call('DELETE', f'/share-groups/{group_id}')
        self.assertNotified(
            group_id,
            start,
            end,
            (deleted, 'api.host', 'share_group.delete.start', 'INFO'),
            (deleted, backend, 'share_group.delete.end', 'INFO'),
        )

    def test_an_error(self):
        share = {'size': 4000, 'share_proto': 'NFS'}
        body, made = self.call('POST', '/shares', share=share)
        share_id = body['share']['id']
        self.assertNotified(
            share_id,
            (made, 'api.host', 'share.create.start', 'INFO'),
            (made, 'scheduler.host', 'share.create.error', 'ERROR'),
        )

    def test_what_ends_with_the_request(self):
        network, made = self.call(
            'POST', '/share-networks', share_network={'name': 'n'}
        )
        self.assertNotified(
            network['share_network']['id'],
            (made, 'api.host', 'share_network.create', 'INFO'),
        )
        share_type, made = self.call(
            'POST',
            '/types',
            share_type={
                'name': 'one',
                'extra_specs': {'driver_handles_share_servers': 'False'},
            },
        )
        self.assertNotified(
            share_type['share_type']['id'],
            (made, 'api.host', 'share_type.create', 'INFO'),
        )


class TestOff(NotificationsTest):
    def test_nothing_is_told_unless_asked_for(self):
        self.start()
        body, _made = self.call('POST', '/share-groups', share_group={})
        self.assertEqual([], self.notifications(body['share_group']['id']))

    def test_a_driver_that_is_not_there(self):
        conf = configuration.load(
            files=[],
            defaults={'oslo_messaging_notifications': {'driver': ['post']}},
        )
        error = self.assertRaises(
            exception.ConfigurationError,
            notifications.Notifier,
            conf,
            'api',
            'host',
        )
        self.assertIn('driver: post', error.message)

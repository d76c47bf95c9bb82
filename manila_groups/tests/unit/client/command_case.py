# SPDX-License-Identifier: Apache-2.0
"""Commands of the program ``openstack``, with a service from a table."""

import contextlib
import io
import json

import fixtures

from manila_groups.client import backups
from manila_groups.tests import base
from manila_groups.tests.unit.client import fake

#: The id of a backup.
NOON = '3d2d28b7-cc4d-4aef-9e7b-254eeb4b20ba'
#: Where commands look for the backup that is called noon.
BY_NAME = f'{backups.PATH}/detail?name=noon&all_tenants=true'
#: The path of the backup.
PATH = f'{backups.PATH}/{NOON}'
MESSAGES = f'/messages?request_id={fake.REQUEST_ID}&resource_id='


def backup(**values):
    """A backup, as the service describes it."""
    return {
        'id': NOON,
        'name': 'noon',
        'status': 'available',
        'progress': '100',
        'done_bytes': None,
        'total_bytes': None,
        'restore_progress': None,
        'share_group_id': 'shop',
        'size': 3,
        'data_size': 1536,
        'sent_size': None,
        'taken_at': None,
        'members': [
            {'name': 'web', 'share_id': '1', 'size': 2, 'share_proto': 'NFS'},
            {'name': None, 'share_id': '2', 'size': 1, 'share_proto': 'NFS'},
        ],
        'links': [],
        **values,
    }


def one(**values):
    """The body with a backup."""
    return {'share_group_backup': backup(**values)}


def several(*found, **more):
    """The body with the backups of a list."""
    return {'share_group_backups': [*found], **more}


class CommandTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fake.EveryNameIsAnId())
        self.waits = []
        self.useFixture(fixtures.MonkeyPatch('time.sleep', self.waits.append))

    def run_command(self, command, *arguments, answers, extensions=None):
        """Run a command.

        :param answers: by path, what the service answers
        :returns: what it prints
        """
        self.client = fake.Client(
            extensions or (fake.AXIS,),
            {path: [*bodies] for path, bodies in answers.items()},
            self.group,
        )
        app = fake.App(self.client)
        running = command(app, None)
        running.run(running.get_parser('it').parse_args([*arguments]))
        return app.stdout.getvalue()

    #: What is found when a share group is asked for.
    group = None

    def json(self, command, *arguments, **settings):
        """Run a command; returns the JSON that it prints."""
        printed = self.run_command(
            command, *arguments, '-f', 'json', **settings
        )
        return json.loads(printed)

    def sent(self, method):
        """The paths and bodies of the requests by a method."""
        return [
            (path, body)
            for used, path, _headers, body in self.client.asked
            if used == method
        ]

    def assertVersion(self, version):
        """The last request has asked for a version of the axis."""
        headers = self.client.asked[-1][2]
        self.assertEqual(
            f'share-groups {version}',
            headers['OpenStack-API-Version'].split(', ')[-1],
        )

    def refused_line(self, command, *arguments):
        """Parse a line that is wrong; returns what is printed of it."""
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            self.assertRaises(
                SystemExit,
                command(fake.App(None), None).get_parser('it').parse_args,
                [*arguments],
            )
        return printed.getvalue()

# SPDX-License-Identifier: Apache-2.0
"""A client of python-manilaclient that answers from a table."""

import io
import types

import fixtures

AXIS = {'alias': 'share-groups', 'min_version': '1.0', 'version': '1.10'}


REQUEST_ID = 'req-1'
_RESPONSE = types.SimpleNamespace(
    headers={'X-OpenStack-Request-Id': REQUEST_ID}
)


class Client:
    """Notes what it is asked.

    :param answers: by path, what it answers there one time after the other;
        an exception is raised
    :param group: what it finds when it is asked for a share group
    """

    share_group_types = share_types = None
    share_networks = share_group_snapshots = shares = None

    def __init__(self, extensions=(AXIS,), answers=None, group=None):
        self._extensions = {'extensions': [*extensions]}
        self._answers = answers or {}
        self.asked = []
        self.asked_for_versions = 0
        self.share_groups = types.SimpleNamespace(get=lambda _id: group)
        self.client = types.SimpleNamespace(
            **{
                name: self._asks(name)
                for name in ('get', 'put', 'post', 'delete')
            }
        )

    def _asks(self, method):
        def ask(path, headers=None, body=None):
            if path == '/extensions':
                self.asked_for_versions += 1
                return None, self._extensions
            self.asked.append((method, path, headers, body))
            answer = self._answers[path].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return _RESPONSE, answer

        return ask


class App:
    """What a command sees of the program ``openstack``."""

    def __init__(self, share):
        self.client_manager = types.SimpleNamespace(share=share)
        self.stdout = io.StringIO()


class EveryNameIsAnId(fixtures.Fixture):
    """Nothing is looked for."""

    def _setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'manila_groups.client.resources.find',
                lambda _manager, name: types.SimpleNamespace(id=name),
            )
        )


class Gone(Exception):
    http_status = 404


class Broken(Exception):
    http_status = 503

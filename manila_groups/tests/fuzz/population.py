# SPDX-License-Identifier: Apache-2.0
"""Sees to it that there is something for requests to find."""

import itertools
import urllib.error
import urllib.parse

from manila_groups.tests.functional import processes

#: The extra specs of the default share type, and the specs of other things.
_PLAIN = {
    'driver_handles_share_servers': 'False',
    'snapshot_support': 'True',
}
_SPECS = {'tier': 'gold'}


class Population:
    """Makes things, again and again, as requests change or delete them.

    :param client: asks the service
    :param things: learns what there is
    :ivar refused: how often something could not be made, as a request had
        changed what it takes
    """

    def __init__(self, client, things):
        self._client = client
        self._things = things
        self._numbers = itertools.count(1)
        self.refused = 0

    def renew(self) -> None:
        """Make one thing of each kind."""
        number = next(self._numbers)
        for make in (
            self._reset_quotas,
            self._enable_services,
            self._make_types,
            self._make_network,
            self._make_message,
            self._make_group,
        ):
            try:
                make(f'{number}')
            except urllib.error.HTTPError as error:
                if error.code >= 500:
                    raise
                self.refused += 1

    def _ask(self, method, path, body=None):
        return self._client.ask(method, path, body)

    def _make(self, collection, **fields):
        key = collection.removesuffix('s').replace('-', '_')
        found = self._ask('POST', f'/{collection}', {key: fields})[key]
        self._things.note(key + 's', found['id'])
        return found

    def _reset_quotas(self, _name):
        for part in ('', '?user_id=admin', '?share_type=default'):
            self._ask('DELETE', f'/quota-sets/admin{part}')

    def _enable_services(self, _name):
        for service in self._ask('GET', '/services')['services']:
            body = {key: service[key] for key in ('host', 'binary')}
            self._ask('PUT', '/services/enable', body)

    def _make_types(self, name):
        """Make private types, and the default ones as they have to be."""
        default = self._type('default')
        self._type(name, is_public=False, **_SPECS)
        group_type = self._group_type('default', default)
        self._group_type(name, default, is_public=False, group_specs=_SPECS)
        self._clean(f'/types/{default}/extra_specs', _PLAIN)
        self._clean(f'/share-group-types/{group_type}/group-specs', {})

    def _type(self, name, is_public=True, **specs):
        try:
            found = self._ask('GET', f'/types/{name}')
        except urllib.error.HTTPError:
            body = {
                'name': name,
                'extra_specs': {**_PLAIN, **specs},
                'share_type_access:is_public': is_public,
            }
            found = self._ask('POST', '/types', {'share_type': body})
        self._things.note('share_types', found['share_type']['id'])
        return found['share_type']['id']

    def _group_type(self, name, share_type, **fields):
        listed = self._ask('GET', '/share-group-types?is_public=all')
        for one in listed['share_group_types']:
            if one['name'] == name:
                return one['id']
        made = self._make(
            'share-group-types', name=name, share_types=[share_type], **fields
        )
        return made['id']

    def _clean(self, path, specs):
        """Remove the specs that requests have set."""
        (found,) = self._ask('GET', path).values()
        for key in set(found) - set(specs):
            self._ask('DELETE', f'{path}/{urllib.parse.quote(key)}')
        for key in specs:
            self._ask('PUT', f'{path}/{key}', {key: specs[key]})

    def _make_network(self, name):
        made = self._make('share-networks', name=name)
        for subnet in made['share_network_subnets']:
            self._things.note('subnets', subnet['id'])

    def _make_message(self, name):
        """Ask for a group that no pool fits."""
        group_type = self._group_type(name, self._type('default'))
        group = self._make('share-groups', share_group_type_id=group_type)
        self._settles('share-groups', group['id'])
        for message in self._ask('GET', '/messages?limit=3')['messages']:
            self._things.note('messages', message['id'])

    def _make_group(self, name):
        group_id = self._make('share-groups', name=name)['id']
        self._settles('share-groups', group_id)
        alone = self._share(metadata=_SPECS)
        self._allow(alone)
        self._share(share_group_id=group_id)
        self._make('share-group-snapshots', share_group_id=group_id)
        self._make('share-group-backups', share_group_id=group_id)

    def _share(self, **fields):
        made = self._make('shares', size=1, share_proto='NFS', **fields)
        self._settles('shares', made['id'])
        path = f'/shares/{made["id"]}/export_locations'
        for location in self._ask('GET', path)['export_locations']:
            self._things.note('share_export_locations', location['id'])
        return made['id']

    def _allow(self, share_id):
        rule = {
            'access_type': 'ip',
            'access_to': '192.0.2.1',
            'metadata': _SPECS,
        }
        path = f'/shares/{share_id}/action'
        made = self._ask('POST', path, {'allow_access': rule})
        self._things.note('share_access', made['access']['id'])

    def _settles(self, collection, found):
        key = collection.removesuffix('s').replace('-', '_')
        path = f'/{collection}/{found}'
        processes.wait_for(
            lambda: self._ask('GET', path)[key]['status'] != 'creating'
        )

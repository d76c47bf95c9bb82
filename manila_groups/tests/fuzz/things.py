# SPDX-License-Identifier: Apache-2.0
"""What there is in the service that is fuzzed, for requests to name."""

import collections
import zlib

#: How many ids of a kind are known at a time: the newest ones.
_KEPT = 12

#: What a variable of a path, or a field of a body or of a query, names one of;
#: what type_id names depends on the path.
_KINDS = {
    'share_group_id': 'share_groups',
    'share_group_snapshot_id': 'share_group_snapshots',
    'source_share_group_id': 'share_groups',
    'share_group_backup_id': 'share_group_backups',
    'source_share_group_backup_id': 'share_group_backups',
    'source_share_group_snapshot_id': 'share_group_snapshots',
    'source_share_group_snapshot': 'share_group_snapshots',
    'share_group_type_id': 'share_group_types',
    'share_group_type': 'share_group_types',
    'share_types': 'share_types',
    'share_type': 'share_types',
    'share_type_id': 'share_types',
    'volume_type': 'share_types',
    'different_host': 'share_groups',
    'same_host': 'shares',
    'share_network_id': 'share_networks',
    'share_network': 'share_networks',
    'subnet_id': 'subnets',
    'share_id': 'shares',
    'access_id': 'share_access',
    'message_id': 'messages',
    'location_id': 'share_export_locations',
}

#: Other things that can be named.
_TEXTS = {
    'extension_id': ('share-groups',),
    'key': ('tier', 'driver_handles_share_servers'),
    'owner_id': ('admin', 'shop'),
    'project_id': ('admin', 'shop'),
    'project': ('admin', 'shop'),
    'user_id': ('admin',),
    'availability_zone': ('nova',),
    'host': ('fuzz@beta', 'fuzz'),
    'only_host': ('fuzz@beta', 'fuzz@beta#two'),
    'binary': ('manila-share', 'manila-scheduler'),
    'share_proto': ('NFS', 'CIFS'),
    'access_to': ('192.0.2.1', '192.0.2.0/24', '2001:db8::/32'),
    'created_since': ('2026-01-01',),
    'created_before': ('2026-01-01',),
    'group_specs': ("{'tier': 'gold'}",),
    'extra_specs': ("{'tier': 'gold'}",),
    'capabilities': ("{'tier': 'gold'}",),
    'metadata': ("{'tier': 'gold'}",),
}

#: Of each so many requests, one keeps what schemathesis has thought of.
_KEEPS_OWN = 5


class Things:
    """Ids by kind."""

    def __init__(self):
        self._ids = {
            kind: collections.deque(maxlen=_KEPT)
            for kind in {*_KINDS.values()}
        }

    def note(self, kind: str, found: str) -> None:
        """Note that there is something of a kind."""
        known = self._ids[kind]
        if found not in known:
            known.append(found)

    def into(self, document: dict) -> dict:
        """Name what there is as examples of the variables of paths."""
        shared = document['components']['parameters']
        for path, verbs in document['paths'].items():
            for operation in verbs.values():
                operation['parameters'] = [
                    self._with_examples(
                        shared[one['$ref'].rpartition('/')[2]], path
                    )
                    for one in operation['parameters']
                ]
        return document

    def _with_examples(self, parameter, path):
        if parameter['in'] != 'path':
            return parameter
        known = list(self._known(parameter['name'], path))
        return {
            **parameter,
            'schema': {**parameter['schema'], 'examples': known},
        }

    def _known(self, name, path):
        if name == 'type_id':
            is_group = path.startswith('/v2/share-group-types')
            name = 'share_group_type' if is_group else 'share_type'
        return self._ids.get(_KINDS.get(name)) or _TEXTS.get(name, ())

    def often(self, value: str, name: str, path: str, token: str) -> str:
        """Give the name of something that there is, or leave the value.

        :param name: of the variable or the field
        :param path: of the operation
        :param token: the same one leads to the same choice as long as there
            is nothing new
        """
        known = self._known(name, path)
        draw = zlib.crc32(f'{name} {token}'.encode('utf-8', 'replace'))
        if not known or value in known or draw % _KEEPS_OWN == 0:
            return value
        # The newest of each kind belong together.
        return known[-1] if draw % 2 else known[draw % len(known)]

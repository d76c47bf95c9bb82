# SPDX-License-Identifier: Apache-2.0
"""Every URL of the API: its methods, and the controller's method of each."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

from manila_groups.api.v2 import availability_zones
from manila_groups.api.v2 import backup_policies
from manila_groups.api.v2 import extensions
from manila_groups.api.v2 import limits
from manila_groups.api.v2 import messages
from manila_groups.api.v2 import placements
from manila_groups.api.v2 import pools
from manila_groups.api.v2 import quota_sets
from manila_groups.api.v2 import security_services
from manila_groups.api.v2 import services
from manila_groups.api.v2 import share_access
from manila_groups.api.v2 import share_export_locations
from manila_groups.api.v2 import share_group_backups
from manila_groups.api.v2 import share_group_operations
from manila_groups.api.v2 import share_group_snapshots
from manila_groups.api.v2 import share_group_types
from manila_groups.api.v2 import share_groups
from manila_groups.api.v2 import share_networks
from manila_groups.api.v2 import share_replicas
from manila_groups.api.v2 import share_types
from manila_groups.api.v2 import shares
from manila_groups.api.v2 import snapshots

#: A method of a controller, or a POST's methods by the action that its body
#: names.
Target = Callable | Mapping[str, Callable]

#: Rows of (path, {HTTP method: the controller's method}).
TABLE = (
    (
        '/share-groups',
        {
            'GET': share_groups.Controller.index,
            'POST': share_groups.Controller.create,
        },
    ),
    ('/share-groups/detail', {'GET': share_groups.Controller.detail}),
    ('/share-groups/placement', {'POST': placements.Controller.place_group}),
    (
        '/share-groups/{share_group_id}',
        {
            'GET': share_groups.Controller.show,
            'PUT': share_groups.Controller.update,
            'DELETE': share_groups.Controller.delete,
        },
    ),
    (
        '/share-groups/{share_group_id}/action',
        {
            'POST': {
                'reset_status': share_groups.Controller.reset_status,
                'force_delete': share_groups.Controller.force_delete,
                'revert': share_groups.Controller.revert,
            }
        },
    ),
    (
        '/share-groups/{share_group_id}/operations',
        {'GET': share_group_operations.Controller.index},
    ),
    (
        '/share-groups/{share_group_id}/backup-policy',
        {
            'GET': backup_policies.Controller.show,
            'PUT': backup_policies.Controller.update,
            'DELETE': backup_policies.Controller.delete,
        },
    ),
    (
        '/share-group-snapshots',
        {
            'GET': share_group_snapshots.Controller.index,
            'POST': share_group_snapshots.Controller.create,
        },
    ),
    (
        '/share-group-snapshots/detail',
        {'GET': share_group_snapshots.Controller.detail},
    ),
    (
        '/share-group-snapshots/{share_group_snapshot_id}',
        {
            'GET': share_group_snapshots.Controller.show,
            'PUT': share_group_snapshots.Controller.update,
            'DELETE': share_group_snapshots.Controller.delete,
        },
    ),
    (
        '/share-group-snapshots/{share_group_snapshot_id}/members',
        {'GET': share_group_snapshots.Controller.members},
    ),
    (
        '/share-group-snapshots/{share_group_snapshot_id}/action',
        {
            'POST': {
                'reset_status': share_group_snapshots.Controller.reset_status,
                'force_delete': share_group_snapshots.Controller.force_delete,
            }
        },
    ),
    (
        '/share-group-backups',
        {
            'GET': share_group_backups.Controller.index,
            'POST': share_group_backups.Controller.create,
        },
    ),
    (
        '/share-group-backups/detail',
        {'GET': share_group_backups.Controller.detail},
    ),
    (
        '/share-group-backups/import',
        {'POST': share_group_backups.Controller.import_record},
    ),
    (
        '/share-group-backups/{share_group_backup_id}',
        {
            'GET': share_group_backups.Controller.show,
            'PUT': share_group_backups.Controller.update,
            'DELETE': share_group_backups.Controller.delete,
        },
    ),
    (
        '/share-group-backups/{share_group_backup_id}/members',
        {'GET': share_group_backups.Controller.members},
    ),
    (
        '/share-group-backups/{share_group_backup_id}/record',
        {'GET': share_group_backups.Controller.show_record},
    ),
    (
        '/share-group-backups/{share_group_backup_id}/action',
        {
            'POST': {
                'restore': share_group_backups.Controller.restore,
                'reset_status': share_group_backups.Controller.reset_status,
                'force_delete': share_group_backups.Controller.force_delete,
            }
        },
    ),
    (
        '/share-group-types',
        {
            'GET': share_group_types.Controller.index,
            'POST': share_group_types.Controller.create,
        },
    ),
    (
        '/share-group-types/default',
        {'GET': share_group_types.Controller.default},
    ),
    (
        '/share-group-types/{type_id}',
        {
            'GET': share_group_types.Controller.show,
            'PUT': share_group_types.Controller.update,
            'DELETE': share_group_types.Controller.delete,
        },
    ),
    (
        '/share-group-types/{type_id}/access',
        {'GET': share_group_types.Controller.list_access},
    ),
    (
        '/share-group-types/{type_id}/action',
        {
            'POST': {
                'addProjectAccess': share_group_types.Controller.add_access,
                'removeProjectAccess': (
                    share_group_types.Controller.remove_access
                ),
            }
        },
    ),
    (
        '/share-group-types/{type_id}/group-specs',
        {
            'GET': share_group_types.Controller.list_specs,
            'POST': share_group_types.Controller.set_specs,
        },
    ),
    (
        '/share-group-types/{type_id}/group-specs/{key}',
        {
            'GET': share_group_types.Controller.show_spec,
            'PUT': share_group_types.Controller.update_spec,
            'DELETE': share_group_types.Controller.delete_spec,
        },
    ),
    (
        '/types',
        {
            'GET': share_types.Controller.index,
            'POST': share_types.Controller.create,
        },
    ),
    ('/types/default', {'GET': share_types.Controller.default}),
    (
        '/types/{type_id}',
        {
            'GET': share_types.Controller.show,
            'PUT': share_types.Controller.update,
            'DELETE': share_types.Controller.delete,
        },
    ),
    (
        '/types/{type_id}/share_type_access',
        {'GET': share_types.Controller.list_access},
    ),
    (
        '/types/{type_id}/action',
        {
            'POST': {
                'addProjectAccess': share_types.Controller.add_access,
                'removeProjectAccess': share_types.Controller.remove_access,
            }
        },
    ),
    (
        '/types/{type_id}/extra_specs',
        {
            'GET': share_types.Controller.list_specs,
            'POST': share_types.Controller.set_specs,
        },
    ),
    (
        '/types/{type_id}/extra_specs/{key}',
        {
            'GET': share_types.Controller.show_spec,
            'PUT': share_types.Controller.update_spec,
            'DELETE': share_types.Controller.delete_spec,
        },
    ),
    ('/availability-zones', {'GET': availability_zones.Controller.index}),
    ('/services', {'GET': services.Controller.index}),
    ('/services/enable', {'PUT': services.Controller.enable}),
    ('/services/disable', {'PUT': services.Controller.disable}),
    ('/scheduler-stats/pools', {'GET': pools.Controller.index}),
    ('/scheduler-stats/pools/detail', {'GET': pools.Controller.detail}),
    ('/messages', {'GET': messages.Controller.index}),
    (
        '/messages/{message_id}',
        {
            'GET': messages.Controller.show,
            'DELETE': messages.Controller.delete,
        },
    ),
    (
        '/shares',
        {'GET': shares.Controller.index, 'POST': shares.Controller.create},
    ),
    ('/shares/detail', {'GET': shares.Controller.detail}),
    ('/shares/placement', {'POST': placements.Controller.place_share}),
    (
        '/shares/{share_id}',
        {
            'GET': shares.Controller.show,
            'PUT': shares.Controller.update,
            'DELETE': shares.Controller.delete,
        },
    ),
    (
        '/shares/{share_id}/action',
        {
            'POST': {
                'reset_status': shares.Controller.reset_status,
                'reset_task_state': shares.Controller.reset_task_state,
                'force_delete': shares.Controller.force_delete,
                'extend': shares.Controller.extend,
                'shrink': shares.Controller.shrink,
                'allow_access': share_access.Controller.allow,
                'deny_access': share_access.Controller.deny,
                'access_list': share_access.Controller.access_list,
            }
        },
    ),
    (
        '/shares/{share_id}/metadata',
        {
            'GET': shares.Controller.list_metadata,
            'POST': shares.Controller.set_metadata,
            'PUT': shares.Controller.replace_metadata,
        },
    ),
    (
        '/shares/{share_id}/metadata/{key}',
        {
            'GET': shares.Controller.show_metadata,
            'PUT': shares.Controller.update_metadata,
            'DELETE': shares.Controller.delete_metadata,
        },
    ),
    (
        '/shares/{share_id}/export_locations',
        {'GET': share_export_locations.Controller.index},
    ),
    (
        '/shares/{share_id}/export_locations/{location_id}',
        {'GET': share_export_locations.Controller.show},
    ),
    ('/share-access-rules', {'GET': share_access.Controller.index}),
    (
        '/share-access-rules/{access_id}',
        {
            'GET': share_access.Controller.show,
            'PUT': share_access.Controller.update,
        },
    ),
    (
        '/share-access-rules/{access_id}/metadata',
        {'PUT': share_access.Controller.set_metadata},
    ),
    (
        '/share-access-rules/{access_id}/metadata/{key}',
        {'DELETE': share_access.Controller.delete_metadata},
    ),
    (
        '/share-networks',
        {
            'GET': share_networks.Controller.index,
            'POST': share_networks.Controller.create,
        },
    ),
    ('/share-networks/detail', {'GET': share_networks.Controller.detail}),
    (
        '/share-networks/{share_network_id}',
        {
            'GET': share_networks.Controller.show,
            'PUT': share_networks.Controller.update,
            'DELETE': share_networks.Controller.delete,
        },
    ),
    (
        '/share-networks/{share_network_id}/subnets',
        {
            'GET': share_networks.Controller.list_subnets,
            'POST': share_networks.Controller.create_subnet,
        },
    ),
    (
        '/share-networks/{share_network_id}/subnets/{subnet_id}',
        {
            'GET': share_networks.Controller.show_subnet,
            'DELETE': share_networks.Controller.delete_subnet,
        },
    ),
    ('/security-services', {'GET': security_services.Controller.index}),
    ('/security-services/detail', {'GET': security_services.Controller.index}),
    (
        '/quota-sets/{owner_id}',
        {
            'GET': quota_sets.Controller.show,
            'PUT': quota_sets.Controller.update,
            'DELETE': quota_sets.Controller.delete,
        },
    ),
    ('/quota-sets/{owner_id}/detail', {'GET': quota_sets.Controller.detail}),
    (
        '/quota-sets/{owner_id}/defaults',
        {'GET': quota_sets.Controller.defaults},
    ),
    ('/limits', {'GET': limits.Controller.index}),
    ('/snapshots', {'GET': snapshots.Controller.index}),
    ('/snapshots/detail', {'GET': snapshots.Controller.index}),
    ('/share-replicas', {'GET': share_replicas.Controller.index}),
    ('/share-replicas/detail', {'GET': share_replicas.Controller.index}),
    ('/extensions', {'GET': extensions.Controller.index}),
    ('/extensions/{extension_id}', {'GET': extensions.Controller.show}),
)

#: Paths that the reference spells differently; both spellings have the same
#: methods. See the contract, 'Where reference and wire differ', 1.
REFERENCE_SPELLING = {'/share-groups': '/share_groups'}


def spelled() -> Iterator[tuple[str, Mapping, bool]]:
    """Give the rows of the table in each spelling.

    :returns: path, methods, whether the path has the reference's spelling
    """
    for path, methods in TABLE:
        yield path, methods, False
        for wire, reference in REFERENCE_SPELLING.items():
            if path == wire or path.startswith(f'{wire}/'):
                yield path.replace(wire, reference, 1), methods, True


#: Keys that users choose may have slashes in them: what the end of these
#: paths stands for.
FREE_KEYS = {
    path: {'key': r'[\s\S]+'}
    for path in (
        '/shares/{share_id}/metadata/{key}',
        '/share-access-rules/{access_id}/metadata/{key}',
    )
}

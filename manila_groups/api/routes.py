# SPDX-License-Identifier: Apache-2.0
"""Every URL of the API: its methods, and the controller's method of each."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
from typing import Any

import routes

from manila_groups import exception
from manila_groups.api import absent

#: Rows of (path, {HTTP method: controller.method}).  A POST whose body names
#: an action has a table of those in place of the method.
TABLE = (
    (
        '/share-groups',
        {'GET': 'share_groups.index', 'POST': 'share_groups.create'},
    ),
    ('/share-groups/detail', {'GET': 'share_groups.detail'}),
    (
        '/share-groups/{share_group_id}',
        {
            'GET': 'share_groups.show',
            'PUT': 'share_groups.update',
            'DELETE': 'share_groups.delete',
        },
    ),
    (
        '/share-groups/{share_group_id}/action',
        {
            'POST': {
                'reset_status': 'share_groups.reset_status',
                'force_delete': 'share_groups.force_delete',
            }
        },
    ),
    (
        '/share-group-snapshots',
        {
            'GET': 'share_group_snapshots.index',
            'POST': 'share_group_snapshots.create',
        },
    ),
    (
        '/share-group-snapshots/detail',
        {'GET': 'share_group_snapshots.detail'},
    ),
    (
        '/share-group-snapshots/{share_group_snapshot_id}',
        {
            'GET': 'share_group_snapshots.show',
            'PUT': 'share_group_snapshots.update',
            'DELETE': 'share_group_snapshots.delete',
        },
    ),
    (
        '/share-group-snapshots/{share_group_snapshot_id}/members',
        {'GET': 'share_group_snapshots.members'},
    ),
    (
        '/share-group-snapshots/{share_group_snapshot_id}/action',
        {
            'POST': {
                'reset_status': 'share_group_snapshots.reset_status',
                'force_delete': 'share_group_snapshots.force_delete',
            }
        },
    ),
    (
        '/share-group-types',
        {
            'GET': 'share_group_types.index',
            'POST': 'share_group_types.create',
        },
    ),
    ('/share-group-types/default', {'GET': 'share_group_types.default'}),
    (
        '/share-group-types/{type_id}',
        {
            'GET': 'share_group_types.show',
            'DELETE': 'share_group_types.delete',
        },
    ),
    (
        '/share-group-types/{type_id}/access',
        {'GET': 'share_group_types.list_access'},
    ),
    (
        '/share-group-types/{type_id}/action',
        {
            'POST': {
                'addProjectAccess': 'share_group_types.add_access',
                'removeProjectAccess': 'share_group_types.remove_access',
            }
        },
    ),
    (
        '/share-group-types/{type_id}/group-specs',
        {
            'GET': 'share_group_types.list_specs',
            'POST': 'share_group_types.set_specs',
        },
    ),
    (
        '/share-group-types/{type_id}/group-specs/{key}',
        {
            'GET': 'share_group_types.show_spec',
            'PUT': 'share_group_types.update_spec',
            'DELETE': 'share_group_types.delete_spec',
        },
    ),
    ('/types', {'GET': 'share_types.index', 'POST': 'share_types.create'}),
    ('/types/default', {'GET': 'share_types.default'}),
    (
        '/types/{type_id}',
        {
            'GET': 'share_types.show',
            'PUT': 'share_types.update',
            'DELETE': 'share_types.delete',
        },
    ),
    (
        '/types/{type_id}/share_type_access',
        {'GET': 'share_types.list_access'},
    ),
    (
        '/types/{type_id}/action',
        {
            'POST': {
                'addProjectAccess': 'share_types.add_access',
                'removeProjectAccess': 'share_types.remove_access',
            }
        },
    ),
    (
        '/types/{type_id}/extra_specs',
        {'GET': 'share_types.list_specs', 'POST': 'share_types.set_specs'},
    ),
    (
        '/types/{type_id}/extra_specs/{key}',
        {
            'GET': 'share_types.show_spec',
            'PUT': 'share_types.update_spec',
            'DELETE': 'share_types.delete_spec',
        },
    ),
    ('/availability-zones', {'GET': 'availability_zones.index'}),
    ('/services', {'GET': 'services.index'}),
    ('/services/enable', {'PUT': 'services.enable'}),
    ('/services/disable', {'PUT': 'services.disable'}),
    ('/scheduler-stats/pools', {'GET': 'pools.index'}),
    ('/scheduler-stats/pools/detail', {'GET': 'pools.detail'}),
    ('/messages', {'GET': 'messages.index'}),
    (
        '/messages/{message_id}',
        {'GET': 'messages.show', 'DELETE': 'messages.delete'},
    ),
    ('/shares', {'GET': 'shares.index', 'POST': 'shares.create'}),
    ('/shares/detail', {'GET': 'shares.detail'}),
    (
        '/shares/{share_id}',
        {
            'GET': 'shares.show',
            'PUT': 'shares.update',
            'DELETE': 'shares.delete',
        },
    ),
    (
        '/shares/{share_id}/action',
        {
            'POST': {
                'reset_status': 'shares.reset_status',
                'reset_task_state': 'shares.reset_task_state',
                'force_delete': 'shares.force_delete',
                'extend': 'shares.extend',
                'shrink': 'shares.shrink',
                'allow_access': 'share_access.allow',
                'deny_access': 'share_access.deny',
                'access_list': 'share_access.access_list',
            }
        },
    ),
    (
        '/shares/{share_id}/metadata',
        {
            'GET': 'shares.list_metadata',
            'POST': 'shares.set_metadata',
            'PUT': 'shares.replace_metadata',
        },
    ),
    (
        '/shares/{share_id}/metadata/{key}',
        {
            'GET': 'shares.show_metadata',
            'PUT': 'shares.update_metadata',
            'DELETE': 'shares.delete_metadata',
        },
    ),
    (
        '/shares/{share_id}/export_locations',
        {'GET': 'share_export_locations.index'},
    ),
    (
        '/shares/{share_id}/export_locations/{location_id}',
        {'GET': 'share_export_locations.show'},
    ),
    ('/share-access-rules', {'GET': 'share_access.index'}),
    (
        '/share-access-rules/{access_id}',
        {'GET': 'share_access.show', 'PUT': 'share_access.update'},
    ),
    (
        '/share-access-rules/{access_id}/metadata',
        {'PUT': 'share_access.set_metadata'},
    ),
    (
        '/share-access-rules/{access_id}/metadata/{key}',
        {'DELETE': 'share_access.delete_metadata'},
    ),
    (
        '/share-networks',
        {'GET': 'share_networks.index', 'POST': 'share_networks.create'},
    ),
    ('/share-networks/detail', {'GET': 'share_networks.detail'}),
    (
        '/share-networks/{share_network_id}',
        {
            'GET': 'share_networks.show',
            'PUT': 'share_networks.update',
            'DELETE': 'share_networks.delete',
        },
    ),
    (
        '/share-networks/{share_network_id}/subnets',
        {
            'GET': 'share_networks.list_subnets',
            'POST': 'share_networks.create_subnet',
        },
    ),
    (
        '/share-networks/{share_network_id}/subnets/{subnet_id}',
        {
            'GET': 'share_networks.show_subnet',
            'DELETE': 'share_networks.delete_subnet',
        },
    ),
    ('/security-services', {'GET': 'security_services.index'}),
    ('/security-services/detail', {'GET': 'security_services.index'}),
    (
        '/quota-sets/{owner_id}',
        {
            'GET': 'quota_sets.show',
            'PUT': 'quota_sets.update',
            'DELETE': 'quota_sets.delete',
        },
    ),
    ('/quota-sets/{owner_id}/detail', {'GET': 'quota_sets.detail'}),
    ('/quota-sets/{owner_id}/defaults', {'GET': 'quota_sets.defaults'}),
    ('/limits', {'GET': 'limits.index'}),
    ('/snapshots', {'GET': 'snapshots.index'}),
    ('/snapshots/detail', {'GET': 'snapshots.index'}),
    ('/share-replicas', {'GET': 'share_replicas.index'}),
    ('/share-replicas/detail', {'GET': 'share_replicas.index'}),
    ('/extensions', {'GET': 'extensions.index'}),
)

_NOTHING = 'The resource could not be found.'

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
_FREE_KEYS = {
    path: {'key': r'[\s\S]+'}
    for path in (
        '/shares/{share_id}/metadata/{key}',
        '/share-access-rules/{access_id}/metadata/{key}',
    )
}


@dataclasses.dataclass(frozen=True)
class Match:
    """What a request's path and method mean.

    :ivar method: what is to be called, unless there are actions
    :ivar actions: by the name that the body has
    :ivar project_id: the project in the path
    :ivar arguments: the path's other variables
    :ivar reference: whether the path has the reference's spelling
    """

    method: Callable | None
    actions: Mapping[str, Callable] | None
    project_id: str | None
    arguments: Mapping[str, Any]
    reference: bool

    def choose_action(self, body: Mapping) -> tuple[Callable, str]:
        """The method for a body that names an action, and its name.

        :raises Invalid: the body names none, or more than one thing
        """
        names = [name for name in body if name in self.actions]
        if len(names) != 1 or len(body) != 1:
            for name in body:
                if lack := absent.explain_action(name):
                    raise exception.Invalid(lack)
            found = ', '.join(repr(name)[:50] for name in list(body)[:5])
            raise exception.Invalid(
                'The body must be an object with one key, one of: '
                f'{", ".join(sorted(self.actions))}; it has {found or "none"}.'
            )
        return self.actions[names[0]], names[0]


class Routes:
    """Finds controllers' methods by path and HTTP method.

    :param controllers: by the names that the table has
    """

    def __init__(self, controllers: Mapping[str, Any]):
        self._mapper = routes.Mapper(register=False)
        self._mapper.minimization = False
        self._targets = []
        for path, methods, reference in spelled():
            found = {
                verb: look_up(controllers, name)
                for verb, name in methods.items()
            }
            self._connect(path, found, reference)
        self._mapper.create_regs()

    def _connect(self, path, methods, reference):
        # Routes keeps text only, so a route names its target by number.
        number = len(self._targets)
        self._targets.append((methods, reference))
        for prefix in ('/v2', '/v2/{project_id}'):
            self._mapper.connect(
                None,
                prefix + path,
                target=number,
                requirements=_FREE_KEYS.get(path, {}),
            )

    def match(self, path: str, verb: str) -> Match:
        """Find out what a request is for.

        :raises NotFound: nothing has this path
        :raises MethodNotAllowed: it has no such method
        """
        # The mapper's expressions end with $, which lets a line end pass.
        found = None if path.endswith('\n') else self._mapper.match(path)
        if found is None:
            raise exception.NotFound(_explain(path))
        methods, reference = self._targets[int(found.pop('target'))]
        if verb == 'HEAD':
            # Servers and WebOb leave the body out.
            verb = 'GET'
        if verb not in methods:
            if '//' in path:
                # A part of the path is empty: nothing has no id.
                raise exception.NotFound(_NOTHING)
            raise exception.MethodNotAllowed(
                absent.explain_path(_within_version(path))
                or f'The method {verb:.20} is not allowed here.',
                allowed(methods),
            )
        target = methods[verb]
        is_table = isinstance(target, dict)
        return Match(
            method=None if is_table else target,
            actions=target if is_table else None,
            project_id=found.pop('project_id', None),
            arguments=found,
            reference=reference,
        )


def _within_version(path):
    """The path without the version, and without the project if it has one.

    A project is told from a resource by what follows it.
    """
    rest = path.removeprefix('/v2')
    _empty, _first, *more = rest.split('/')
    below = '/' + '/'.join(more)
    return below if more and absent.explain_path(below) else rest


def _explain(path):
    if not path.startswith('/v2/'):
        return (
            f'{_NOTHING} All paths of this API begin with /v2: the endpoint '
            'that a client is given has to end with it.'
        )
    return absent.explain_path(_within_version(path)) or _NOTHING


def allowed(methods: Iterable[str]) -> list[str]:
    """The methods of a path: where there is GET, there is HEAD."""
    return sorted({*methods, *(['HEAD'] if 'GET' in methods else [])})


def look_up(controllers: Mapping[str, Any], name):
    """Find the method, or the methods by action, that the table names.

    :param controllers: by the names that the table has
    :param name: controller.method, or a table of those by action
    """
    if isinstance(name, dict):
        return {key: look_up(controllers, n) for key, n in name.items()}
    controller, method = name.split('.')
    return getattr(controllers[controller], method)

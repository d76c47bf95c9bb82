# SPDX-License-Identifier: Apache-2.0
"""Who may do what: written down a second time, apart from the policies.

Whoever adds a route, or an action of one, adds its row here.
"""

import dataclasses

from manila_groups.tests.functional import api_fixture

OWN, OTHER = api_fixture.PROJECT, 'elsewhere'


@dataclasses.dataclass(frozen=True)
class Persona:
    """Somebody who asks.

    :ivar roles: with the implied ones written out; None for no token
    """

    name: str
    project: str
    roles: tuple[str, ...] | None

    def __str__(self):
        return self.name

    @property
    def is_other(self) -> bool:
        """Whether the rows are another project's."""
        return self.project != OWN

    @property
    def is_admin(self) -> bool:
        """Whether the rows of all projects are shown."""
        return 'admin' in (self.roles or ())


_READER = ('reader',)
_MEMBER = ('member', *_READER)
_MANAGER = ('manager', *_MEMBER)
_ADMIN = ('admin', *_MANAGER)

ADMIN = Persona('admin', OWN, _ADMIN)

PERSONAS = (
    Persona('no token', OWN, None),
    Persona('service', OWN, ('service',)),
    Persona('reader', OWN, _READER),
    Persona('member', OWN, _MEMBER),
    Persona('manager', OWN, _MANAGER),
    ADMIN,
    Persona("another project's member", OTHER, _MEMBER),
    Persona("another project's admin", OTHER, _ADMIN),
)

#: What everybody gets, with a token or without.
PUBLIC = {'/': 300, '/v2': 200, '/v2/': 200, '/healthcheck': 200}

#: The least role; the status of a success; what callers of another project
#: get; the method and the path, with a query, and the action or what is
#: special in the body.  Callers of another project get
#:
#: * ``same``: what those of the project get
#: * ``none``: a list without the project's rows
#: * ``hidden``: the same, but administrators get the project's rows
#: * a number: this status, unless they are administrators
#: * ``all:`` and a number: this status
TABLE = """
reader 200 none    GET /share-groups
reader 200 hidden  GET /share-groups?all_tenants=1
member 202 same    POST /share-groups
admin  202 same    POST /share-groups with only_host
member 200 same    POST /share-groups/placement
admin  200 same    POST /share-groups/placement with only_host
reader 200 none    GET /share-groups/detail
reader 200 hidden  GET /share-groups/detail?all_tenants=1
reader 200 404     GET /share-groups/{id}
reader 200 404     GET /share-groups/{id}/operations
reader 200 404     GET /share-groups/{id}/backup-policy
member 200 404     PUT /share-groups/{id}/backup-policy
member 204 404     DELETE /share-groups/{id}/backup-policy
member 200 404     PUT /share-groups/{id}
member 202 404     DELETE /share-groups/{id}
admin  202 same    DELETE /share-groups/{id}?force=true
admin  202 same    POST /share-groups/{id}/action reset_status
admin  202 same    POST /share-groups/{id}/action force_delete
member 202 404     POST /share-groups/{id}/action revert

reader 200 none    GET /share-group-snapshots
reader 200 hidden  GET /share-group-snapshots?all_tenants=1
member 202 all:400 POST /share-group-snapshots
reader 200 none    GET /share-group-snapshots/detail
reader 200 hidden  GET /share-group-snapshots/detail?all_tenants=1
reader 200 404     GET /share-group-snapshots/{id}
member 200 404     PUT /share-group-snapshots/{id}
member 202 404     DELETE /share-group-snapshots/{id}
reader 200 404     GET /share-group-snapshots/{id}/members
admin  202 same    POST /share-group-snapshots/{id}/action reset_status
admin  202 same    POST /share-group-snapshots/{id}/action force_delete

reader 200 none    GET /share-group-backups
reader 200 hidden  GET /share-group-backups?all_tenants=1
member 202 all:400 POST /share-group-backups
reader 200 none    GET /share-group-backups/detail
reader 200 hidden  GET /share-group-backups/detail?all_tenants=1
admin  202 same    POST /share-group-backups/import
reader 200 404     GET /share-group-backups/{id}
member 200 404     PUT /share-group-backups/{id}
member 202 404     DELETE /share-group-backups/{id}
reader 200 404     GET /share-group-backups/{id}/members
admin  200 same    GET /share-group-backups/{id}/record
member 202 404     POST /share-group-backups/{id}/action restore
admin  202 same    POST /share-group-backups/{id}/action reset_status
admin  202 same    POST /share-group-backups/{id}/action force_delete

reader 200 hidden  GET /share-group-types?is_public=all
admin  200 same    POST /share-group-types
reader 200 404     GET /share-group-types/default
reader 200 404     GET /share-group-types/{id}
admin  200 same    PUT /share-group-types/{id}
admin  204 same    DELETE /share-group-types/{id}
admin  200 same    GET /share-group-types/{id}/access
admin  202 same    POST /share-group-types/{id}/action addProjectAccess
admin  202 same    POST /share-group-types/{id}/action removeProjectAccess
admin  200 same    GET /share-group-types/{id}/group-specs
admin  200 same    POST /share-group-types/{id}/group-specs
admin  200 same    GET /share-group-types/{id}/group-specs/{key}
admin  200 same    PUT /share-group-types/{id}/group-specs/{key}
admin  204 same    DELETE /share-group-types/{id}/group-specs/{key}

reader 200 hidden  GET /types?is_public=all
admin  200 same    POST /types
reader 200 404     GET /types/default
reader 200 404     GET /types/{id}
admin  200 same    PUT /types/{id}
admin  202 same    DELETE /types/{id}
admin  200 same    GET /types/{id}/share_type_access
admin  202 same    POST /types/{id}/action addProjectAccess
admin  202 same    POST /types/{id}/action removeProjectAccess
admin  200 same    GET /types/{id}/extra_specs
admin  200 same    POST /types/{id}/extra_specs
admin  200 same    GET /types/{id}/extra_specs/{key}
admin  200 same    PUT /types/{id}/extra_specs/{key}
admin  202 same    DELETE /types/{id}/extra_specs/{key}

reader 200 same    GET /availability-zones
admin  200 same    GET /services
admin  200 same    PUT /services/enable
admin  200 same    PUT /services/disable
admin  200 same    GET /scheduler-stats/pools
admin  200 same    GET /scheduler-stats/pools/detail

reader 200 hidden  GET /messages
reader 200 hidden  GET /messages?all_tenants=1
reader 200 404     GET /messages/{id}
member 204 404     DELETE /messages/{id}

reader 200 none    GET /shares
reader 200 hidden  GET /shares?all_tenants=1
admin  200 none    GET /shares?host=host@alpha%23one
admin  200 same    GET /shares?share_server_id=any
member 200 same    POST /shares
admin  200 same    POST /shares with only_host
member 200 same    POST /shares/placement
admin  200 same    POST /shares/placement with only_host
admin  200 same    POST /shares with is_public
admin  200 same    POST /shares/placement with is_public
reader 200 none    GET /shares/detail
reader 200 hidden  GET /shares/detail?all_tenants=1
reader 200 404     GET /shares/{id}
member 200 404     PUT /shares/{id}
admin  200 404     PUT /shares/{id} with is_public
member 202 404     DELETE /shares/{id}
admin  202 same    POST /shares/{id}/action reset_status
member 202 404     POST /shares/{id}/action reset_task_state
admin  202 same    POST /shares/{id}/action force_delete
member 202 404     POST /shares/{id}/action extend
admin  202 404     POST /shares/{id}/action extend with force
member 202 404     POST /shares/{id}/action shrink
member 200 404     POST /shares/{id}/action allow_access
member 202 404     POST /shares/{id}/action deny_access
reader 200 404     POST /shares/{id}/action access_list
reader 200 404     GET /shares/{id}/metadata
member 200 404     POST /shares/{id}/metadata
member 200 404     PUT /shares/{id}/metadata
reader 200 404     GET /shares/{id}/metadata/{key}
member 200 404     PUT /shares/{id}/metadata/{key}
member 200 404     DELETE /shares/{id}/metadata/{key}
reader 200 404     GET /shares/{id}/export_locations
reader 200 404     GET /shares/{id}/export_locations/{id}
reader 200 400     GET /share-access-rules?share_id={share_id}
reader 200 404     GET /share-access-rules/{id}
member 200 404     PUT /share-access-rules/{id}
member 200 404     PUT /share-access-rules/{id}/metadata
member 200 404     DELETE /share-access-rules/{id}/metadata/{key}

reader 200 none    GET /share-networks
reader 200 hidden  GET /share-networks?all_tenants=1
member 200 same    POST /share-networks
reader 200 none    GET /share-networks/detail
reader 200 hidden  GET /share-networks/detail?all_tenants=1
reader 200 404     GET /share-networks/{id}
member 200 404     PUT /share-networks/{id}
member 202 404     DELETE /share-networks/{id}
reader 200 404     GET /share-networks/{id}/subnets
member 200 404     POST /share-networks/{id}/subnets
reader 200 404     GET /share-networks/{id}/subnets/{id}
member 202 404     DELETE /share-networks/{id}/subnets/{id}
reader 200 same    GET /security-services
reader 200 same    GET /security-services/detail

reader 200 403     GET /quota-sets/{id}
admin  200 same    PUT /quota-sets/{id}
admin  202 same    DELETE /quota-sets/{id}
reader 200 403     GET /quota-sets/{id}/detail
reader 200 same    GET /quota-sets/{id}/defaults
reader 200 same    GET /limits
reader 200 same    GET /snapshots
reader 200 same    GET /snapshots/detail
reader 200 same    GET /share-replicas
reader 200 same    GET /share-replicas/detail
reader 200 same    GET /extensions
reader 200 same    GET /extensions/{id}
"""


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table.

    :ivar name: method, path and the rest
    """

    role: str
    success: int
    others: str
    name: str

    def __str__(self):
        return self.name

    @property
    def operation(self) -> str:
        """The operation, without a query and without what is special."""
        name, _, _special = self.name.partition(' with ')
        path, _, query = name.partition('?')
        return ' '.join([path, *query.split()[1:]])

    @property
    def query(self) -> str:
        """The query, or nothing."""
        return ''.join(self.name.partition('?')[2].split()[:1])

    @property
    def changes(self) -> bool:
        """Whether a success may change something."""
        return not self.name.startswith('GET')

    def status(self, persona: Persona) -> int:
        """What the status of the answer has to be."""
        if persona.roles is None:
            return 401
        whom, _, number = self.others.rpartition(':')
        is_meant = whom == 'all' or not persona.is_admin
        if persona.is_other and is_meant and number.isdigit():
            return int(number)
        return self.success if self.role in persona.roles else 403

    def shows(self, persona: Persona) -> bool | None:
        """Whether the answer has the project's rows; None: does not matter."""
        if self.others not in ('none', 'hidden'):
            return None
        everything = persona.is_admin and self.others == 'hidden'
        return everything or not persona.is_other


def rows() -> list[Row]:
    """The rows of the table."""
    lines = [line.split(maxsplit=3) for line in TABLE.splitlines() if line]
    return [
        Row(role, int(success), others, name)
        for role, success, others, name in lines
    ]

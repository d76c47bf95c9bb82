# SPDX-License-Identifier: Apache-2.0
"""The parts of Manila that this service lacks, for error messages."""

import dataclasses

#: Stands for any one part of a path.
_ANY = '*'


@dataclasses.dataclass(frozen=True)
class Absent:
    """A part of Manila's API.

    :ivar noun: its name, as in "this service has no ..."
    :ivar path: the beginning of its paths; * is any one part
    :ivar commands: the commands of `openstack share` for it
    """

    noun: str
    path: str
    commands: tuple[str, ...] = ()

    def covers(self, parts: list[str]) -> bool:
        """Tell whether a path is one of these.

        :param parts: the path, split at its slashes
        """
        own = self.path.strip('/').split('/')
        return len(parts) >= len(own) and all(
            one in (_ANY, part) for one, part in zip(own, parts, strict=False)
        )


#: If one path is the beginning of another, the longer one comes first.
PATHS = (
    Absent('share servers', '/share-servers', ('server',)),
    Absent('resource locks', '/resource-locks', ('lock',)),
    Absent('share transfers', '/share-transfers', ('transfer',)),
    Absent('share replicas', '/share-replicas', ('replica',)),
    Absent(
        'backups of single shares, only of share groups',
        '/share-backups',
        ('backup',),
    ),
    Absent('share instances', '/share_instances', ('instance',)),
    Absent('share instances', '/share-instances'),
    Absent('share instances', '/shares/*/instances'),
    Absent(
        'way to manage existing snapshots',
        '/snapshots/manage',
        ('snapshot adopt', 'snapshot abandon'),
    ),
    Absent(
        'snapshots of single shares, only of share groups',
        '/snapshots',
        ('snapshot create', 'snapshot show'),
    ),
    Absent(
        'snapshot instances', '/snapshot-instances', ('snapshot instance',)
    ),
    Absent('way to manage existing shares', '/shares/manage', ('adopt',)),
    Absent('way to manage existing shares', '/os-share-manage'),
    Absent('way to unmanage shares', '/os-share-unmanage'),
    Absent('migration of shares', '/shares/*/migration-progress'),
    Absent(
        'way to set metadata of export locations',
        '/shares/*/export_locations/*/metadata',
        ('export location set', 'export location unset'),
    ),
    Absent('security services', '/security-services', ('security service',)),
    Absent(
        'security services of share networks',
        '/share-networks/*/action',
        ('network set',),
    ),
    Absent(
        'way to set metadata of subnets',
        '/share-networks/*/subnets/*/metadata',
        ('network subnet set', 'network subnet unset'),
    ),
    Absent('QoS types', '/qos-types', ('qos type',)),
    Absent('quota classes', '/quota-class-sets', ('quota set --class',)),
    Absent(
        'way to make a back end ensure its shares',
        '/services/ensure-shares',
        ('service ensure shares',),
    ),
)


@dataclasses.dataclass(frozen=True)
class AbsentAction:
    """An action that Manila's shares have.

    :ivar meaning: what it does
    :ivar commands: the commands of `openstack share` for it
    """

    meaning: str
    commands: tuple[str, ...] = ()


#: By the name in the body.
ACTIONS = {
    'revert': AbsentAction('revert a share to a snapshot', ('revert',)),
    'migration_start': AbsentAction('migrate a share', ('migration start',)),
    'migration_complete': AbsentAction(
        'complete the migration of a share', ('migration complete',)
    ),
    'migration_cancel': AbsentAction(
        'cancel the migration of a share', ('migration cancel',)
    ),
    'migration_get_progress': AbsentAction(
        'show the migration of a share', ('migration show',)
    ),
    'unmanage': AbsentAction('unmanage a share', ('abandon',)),
    'soft_delete': AbsentAction(
        'move a share to the recycle bin', ('delete --soft',)
    ),
    'restore': AbsentAction(
        'restore a share from the recycle bin', ('restore',)
    ),
}


def explain_path(path: str) -> str | None:
    """Say that the service lacks what Manila has at a path.

    :param path: without the version and the project
    :returns: a sentence; None if Manila has nothing there either
    """
    parts = path.strip('/').split('/')
    for one in PATHS:
        if one.covers(parts):
            return f'This service has no {one.noun}.'
    return None


def explain_action(name: str) -> str | None:
    """Say that the service lacks an action that Manila has.

    :returns: a sentence; None if Manila has no such action either
    """
    found = ACTIONS.get(name)
    if found is None:
        return None
    return f"This service has no action '{name}': it cannot {found.meaning}."

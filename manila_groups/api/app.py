# SPDX-License-Identifier: Apache-2.0
"""Builds the WSGI application from the paste.deploy file."""

import importlib
import pathlib
import sys

from paste.deploy import loadwsgi

from manila_groups import exception
from manila_groups.api import collaborators
from manila_groups.api import idempotency
from manila_groups.api import router
from manila_groups.api import wsgi
from manila_groups.api.v2 import availability_zones
from manila_groups.api.v2 import backup_policies
from manila_groups.api.v2 import extensions
from manila_groups.api.v2 import limits
from manila_groups.api.v2 import messages
from manila_groups.api.v2 import placements
from manila_groups.api.v2 import pools
from manila_groups.api.v2 import quota_sets as quota_sets_api
from manila_groups.api.v2 import security_services
from manila_groups.api.v2 import services as services_api
from manila_groups.api.v2 import share_access as share_access_api
from manila_groups.api.v2 import share_export_locations as locations_api
from manila_groups.api.v2 import share_group_backups
from manila_groups.api.v2 import share_group_operations as operations_api
from manila_groups.api.v2 import share_group_snapshots
from manila_groups.api.v2 import share_group_types
from manila_groups.api.v2 import share_groups
from manila_groups.api.v2 import share_networks
from manila_groups.api.v2 import share_replicas
from manila_groups.api.v2 import share_types as share_types_api
from manila_groups.api.v2 import shares as shares_api
from manila_groups.api.v2 import snapshots
from manila_groups.domain import idempotency as idempotency_domain
from manila_groups.domain import placements as placements_domain
from manila_groups.domain.access_rules import api as share_access_domain
from manila_groups.domain.backup_policies import api as policies_domain
from manila_groups.domain.messages import api as messages_domain
from manila_groups.domain.quotas import sets as quota_sets_domain
from manila_groups.domain.services import api as services_domain
from manila_groups.domain.services import availability_zones as zones_domain
from manila_groups.domain.services import pools as pools_domain
from manila_groups.domain.share_group_backups import api as backups_domain
from manila_groups.domain.share_group_snapshots import api as snapshots_domain
from manila_groups.domain.share_groups import api as groups_domain
from manila_groups.domain.share_groups import operations as operations_domain
from manila_groups.domain.share_networks import api as networks_domain
from manila_groups.domain.shares import api as shares_domain
from manila_groups.domain.shares import export_locations as locations_domain
from manila_groups.domain.types import share_group_types as group_types_domain
from manila_groups.domain.types import share_types as share_types_domain


def load(made: collaborators.Collaborators):
    """Build the application.

    :param made: the collaborators of the process
    :returns: a WSGI application
    :raises ConfigurationError: the paste.deploy file cannot be used
    """
    conf = made.conf
    path = _find_paste_config(conf)
    try:
        context = loadwsgi.loadcontext(
            loadwsgi.APP, f'config:{path}', name=conf.api.auth_strategy
        )
    except (
        AttributeError,
        LookupError,
        ImportError,
        OSError,
        ValueError,
    ) as error:
        raise exception.ConfigurationError(
            f'[api] paste_config: {path} cannot be used: {error}'
        ) from error
    _hand_down(context, {collaborators.CONF: conf, collaborators.KEY: made})
    return context.create()


def _hand_down(context, values):
    """Give the collaborators to every part of the pipeline.

    paste.deploy passes on only text, so the values are added to its contexts.
    """
    context.global_conf.update(values)
    for part in getattr(context, 'filter_contexts', []):
        _hand_down(part, values)
    if hasattr(context, 'app_context'):
        _hand_down(context.app_context, values)


def _find_paste_config(conf) -> pathlib.Path:
    """Search the configuration directories, then the installed package."""
    name = conf.api.paste_config
    found = conf.find_file(name)
    candidates = [
        *([pathlib.Path(found)] if found else []),
        pathlib.Path(sys.prefix, 'etc', 'manila_groups', name),
        pathlib.Path(__file__).parents[2] / 'etc' / 'manila_groups' / name,
    ]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise exception.ConfigurationError(
        f'[api] paste_config: the file {name} does not exist'
    )


def factory(global_conf, **_local_conf):
    """Make the application, for the paste.deploy file."""
    made = global_conf[collaborators.KEY]

    def check_broker():
        made.waker.check_broker(made.conf.api.broker_patience)

    return wsgi.Dispatcher(
        router.Router(_controllers(made)),
        made.enforcer,
        check_broker,
        idempotency.Repeats(
            idempotency_domain.Creations(made.db), made.enforcer
        ),
    )


def _project_check(conf):
    """Make the function that checks the id of a project in a request."""
    if conf.api.auth_strategy != 'keystone':
        return lambda _project_id: None
    # Only this strategy needs the libraries, which use much memory.
    projects = importlib.import_module('manila_groups.api.projects')
    return projects.KeystoneProjects(conf).check


def _controllers(made):
    check_project = _project_check(made.conf)
    share_types = share_types_domain.ShareTypes(made.conf, made.db)
    types = group_types_domain.ShareGroupTypes(made.conf, made.db, share_types)
    groups = groups_domain.ShareGroups(
        made.conf, made.db, types, share_types, made.waker
    )
    services = services_domain.Services(made.conf, made.db)
    shares = shares_domain.Shares(made.conf, made.db, share_types, made.waker)
    quota_sets = quota_sets_domain.QuotaSets(made.conf, made.db)
    max_limit = made.conf.api.max_limit
    return [
        share_groups.Controller(groups, made.enforcer, max_limit),
        share_group_snapshots.Controller(
            snapshots_domain.ShareGroupSnapshots(
                made.conf, made.db, made.waker
            ),
            made.enforcer,
            max_limit,
        ),
        share_group_backups.Controller(
            backups_domain.ShareGroupBackups(made.conf, made.db, made.waker),
            made.enforcer,
            max_limit,
        ),
        backup_policies.Controller(
            policies_domain.BackupPolicies(made.conf, made.db),
            groups,
            made.enforcer,
        ),
        share_group_types.Controller(types, max_limit, check_project),
        share_types_api.Controller(share_types, max_limit, check_project),
        availability_zones.Controller(zones_domain.AvailabilityZones(made.db)),
        services_api.Controller(services),
        pools.Controller(pools_domain.Pools(made.db, services)),
        messages.Controller(messages_domain.Messages(made.db), max_limit),
        share_networks.Controller(
            networks_domain.ShareNetworks(made.conf, made.db),
            made.enforcer,
            max_limit,
        ),
        security_services.Controller(),
        quota_sets_api.Controller(quota_sets, made.enforcer),
        limits.Controller(quota_sets),
        shares_api.Controller(shares, made.enforcer, max_limit),
        placements.Controller(
            placements_domain.Placements(groups.rehearse, made.explain),
            placements_domain.Placements(shares.rehearse, made.explain),
            made.enforcer,
        ),
        share_access_api.Controller(
            share_access_domain.ShareAccess(made.db, made.waker),
            made.enforcer,
        ),
        operations_api.Controller(
            operations_domain.Operations(made.db), made.enforcer
        ),
        locations_api.Controller(
            locations_domain.ShareExportLocations(made.db), made.enforcer
        ),
        share_replicas.Controller(),
        snapshots.Controller(),
        extensions.Controller(),
    ]

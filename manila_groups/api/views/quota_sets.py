# SPDX-License-Identifier: Apache-2.0
"""Quota sets as clients read them."""

from manila_groups.api.schemas import quota_sets as schemas
from manila_groups.api.views import base
from manila_groups.groups import quota_sets as domain
from manila_groups.groups import quotas

_NONE = domain.Quota(limit=-1)


def _limit(quota):
    return quota.limit


def _usage(quota):
    # Nothing is reserved here: what is counted is in use at once.
    return {'limit': quota.limit, 'in_use': quota.in_use, 'reserved': 0}


def _field(resource, read):
    return base.Field(
        resource,
        since=schemas.SINCE.get(resource, '2.31'),
        value=lambda found, _: read(found.quotas.get(resource, _NONE)),
    )


def _view(resources, read):
    return base.View(
        base.Field('id', value=lambda found, _: found.project_id),
        *(_field(one, read) for one in (*resources, *schemas.NOT_HERE)),
    )


#: By whether it is of a share type.
LIMITS = {
    False: _view(quotas.RESOURCES, _limit),
    True: _view(quotas.RESOURCES_OF_SHARE_TYPES, _limit),
}
USAGES = {
    False: _view(quotas.RESOURCES, _usage),
    True: _view(quotas.RESOURCES_OF_SHARE_TYPES, _usage),
}

# SPDX-License-Identifier: Apache-2.0
"""Quota sets in responses."""

from manila_groups.api.schemas import quota_sets as schemas
from manila_groups.api.views import base
from manila_groups.api.views import shapes
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.quotas import sets as domain

_NONE = domain.Quota(limit=-1)
#: Those of share types; clients also print what share types do not have.
_OF_SHARE_TYPES = (
    *quotas.RESOURCES_OF_SHARE_TYPES,
    quotas.BACKUPS,
    quotas.BACKUP_GIGABYTES,
)

_LIMIT = {'type': 'integer', 'minimum': -1}
_USAGE = shapes.Members(
    {'limit': _LIMIT, 'in_use': shapes.COUNT, 'reserved': {'const': 0}}
)


def _limit(quota):
    return quota.limit


def _usage(quota):
    # Nothing is reserved here: the usage includes new resources at once.
    return {'limit': quota.limit, 'in_use': quota.in_use, 'reserved': 0}


def _field(resource, read, shape):
    return base.Field(
        resource,
        since=schemas.SINCE.get(resource, '2.31'),
        value=lambda found, _: read(found.quotas.get(resource, _NONE)),
        shape=shape,
    )


def _view(resources, read, shape):
    return base.View(
        base.Field('id', value=lambda found, _: found.project_id),
        *(_field(one, read, shape) for one in (*resources, *schemas.NOT_HERE)),
    )


#: The views, by whether the quota set is of a share type.
LIMITS = {
    False: _view(quotas.RESOURCES, _limit, _LIMIT),
    True: _view(_OF_SHARE_TYPES, _limit, _LIMIT),
}
USAGES = {
    False: _view(quotas.RESOURCES, _usage, _USAGE),
    True: _view(_OF_SHARE_TYPES, _usage, _USAGE),
}


def _set_of(by_kind):
    return shapes.one('quota_set', shape=shapes.AnyOf(*by_kind.values()))


LIMIT_SET = _set_of(LIMITS)
USAGE_SET = _set_of(USAGES)
DEFAULTS = shapes.one('quota_set', shape=LIMITS[False])

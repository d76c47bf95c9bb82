# SPDX-License-Identifier: Apache-2.0
"""Share types in responses."""

from manila_groups.api import microversions
from manila_groups.api.schemas import share_types as schemas
from manila_groups.api.views import base
from manila_groups.api.views import shapes
from manila_groups.domain.types import share_types as domain
from manila_groups.domain.types import specs

#: Extra specs that are shown to users as False if they are not set: name to
#: the microversion from which on.
_INFERRED = {
    name: microversions.parse(since)
    for name, since in (
        ('snapshot_support', '2.31'),
        ('create_share_from_snapshot_support', '2.31'),
        ('revert_to_snapshot_support', '2.31'),
        ('mount_snapshot_support', '2.31'),
        ('snapshot_inherit_share_access_support', '2.99'),
    )
}


def _extra_specs(record, request):
    """All extra specs for administrators, the well-known ones for users."""
    if request.context.is_admin:
        return record.specs
    inferred = {
        name: False
        for name, since in _INFERRED.items()
        if request.version.has(since)
    }
    return inferred | {
        key: value
        for key, value in record.specs.items()
        if key in specs.WELL_KNOWN
    }


def _required_extra_specs(record, _request):
    return {
        key: value for key, value in record.specs.items() if key == domain.DHSS
    }


DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.Field(
        'extra_specs',
        value=_extra_specs,
        # The default that users see is a boolean, not a string.
        shape={
            'type': 'object',
            'additionalProperties': {'type': ['string', 'boolean']},
        },
    ),
    base.Field(
        'required_extra_specs',
        value=_required_extra_specs,
        shape={
            'type': 'object',
            # The response to a creation has the value as it was sent.
            'properties': {
                domain.DHSS: {'type': ['string', 'boolean', 'integer']}
            },
            'additionalProperties': False,
        },
    ),
    base.Field(
        schemas.ACCESS_IS_PUBLIC,
        value=lambda record, _: record.is_public,
        shape=shapes.FLAG,
    ),
    base.optional('description', since='2.41'),
    base.Field('is_default', since='2.46', shape=shapes.FLAG),
)

#: The names of a share type in bodies, and of lists of them; the second one is
#: from the Block Storage API, from which this API was made.
KEYS = ('share_type', 'volume_type')
LIST_KEYS = tuple(f'{key}s' for key in KEYS)

ONE = shapes.one(*KEYS, shape=DETAIL)
PAGE = shapes.page(*LIST_KEYS, item=DETAIL)
ACCESS = shapes.every(
    'share_type_access',
    shapes.Members({'share_type_id': shapes.TEXT, 'project_id': shapes.TEXT}),
)


def view(types: domain.ShareTypes) -> base.View:
    """Make the view.

    :param types: the domain, which knows the default
    """
    return DETAIL.computing(
        is_default=lambda record, _: types.is_default(record)
    )

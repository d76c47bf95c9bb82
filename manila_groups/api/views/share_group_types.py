# SPDX-License-Identifier: Apache-2.0
"""Share group types in responses."""

from manila_groups.api.schemas import share_group_types as schemas
from manila_groups.api.views import base
from manila_groups.api.views import shapes

DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.Field('is_public', shape=shapes.FLAG),
    base.Field(
        'group_specs',
        value=lambda record, _: record.specs,
        shape=shapes.TEXTS,
    ),
    base.Field('share_types', shape=shapes.ListOf(shapes.TEXT)),
    base.Field('is_default', since='2.46', shape=shapes.FLAG),
    base.optional('description', since=schemas.CHANGES_SINCE),
    base.updated_at(since=schemas.CHANGES_SINCE),
)

ONE = shapes.one('share_group_type', shape=DETAIL)
PAGE = shapes.page('share_group_types', item=DETAIL)
ACCESS = shapes.every(
    'share_group_type_access',
    shapes.Members(
        {'share_group_type_id': shapes.TEXT, 'project_id': shapes.TEXT}
    ),
)


def view(types) -> base.View:
    """Make the view.

    :param types: the domain's ShareGroupTypes, which knows the default
    """
    return DETAIL.computing(
        is_default=lambda record, _: types.is_default(record)
    )

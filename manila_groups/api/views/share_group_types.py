# SPDX-License-Identifier: Apache-2.0
"""Share group types as clients read them."""

from manila_groups.api.views import base


def view(types) -> base.View:
    """Make the view.

    :param types: the domain's ShareGroupTypes, which knows the default
    """
    return base.View(
        base.Field('id'),
        base.Field('name'),
        base.Field('is_public'),
        base.Field('group_specs', value=lambda record, _: record.specs),
        base.Field('share_types'),
        base.Field(
            'is_default',
            since='2.46',
            value=lambda record, _: types.is_default(record),
        ),
    )

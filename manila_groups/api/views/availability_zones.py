# SPDX-License-Identifier: Apache-2.0
"""Availability zones in responses."""

from manila_groups.api.views import base
from manila_groups.api.views import shapes

DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.time('created_at'),
    base.updated_at(),
)

LIST = shapes.every('availability_zones', DETAIL)

# SPDX-License-Identifier: Apache-2.0
"""Availability zones as clients read them."""

from manila_groups.api.views import base

DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.time('created_at'),
    base.time('updated_at'),
)

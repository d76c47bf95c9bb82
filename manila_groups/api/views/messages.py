# SPDX-License-Identifier: Apache-2.0
"""User messages as clients read them."""

from manila_groups.api.views import base

DETAIL = base.View(
    base.Field('id'),
    base.Field('project_id'),
    base.Field('action_id'),
    base.Field('detail_id'),
    base.Field('message_level'),
    base.time('created_at'),
    base.time('expires_at'),
    base.Field('request_id'),
    base.Field('resource_type'),
    base.Field('resource_id'),
    base.Field('user_message'),
    base.links('messages'),
)

# SPDX-License-Identifier: Apache-2.0
"""User messages in responses."""

from manila_groups.api.views import base
from manila_groups.api.views import shapes

DETAIL = base.View(
    base.Field('id'),
    base.Field('project_id'),
    base.Field('action_id'),
    base.Field('detail_id'),
    base.Field('message_level'),
    base.time('created_at'),
    base.time('expires_at'),
    base.optional('request_id'),
    base.Field('resource_type'),
    base.Field('resource_id'),
    base.Field('user_message'),
    base.links('messages'),
)

ONE = shapes.one('message', shape=DETAIL)
PAGE = shapes.page('messages', item=DETAIL)

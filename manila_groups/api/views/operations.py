# SPDX-License-Identifier: Apache-2.0
"""Operations of share groups in responses."""

from manila_groups import states
from manila_groups.api.views import base
from manila_groups.api.views import shapes
from manila_groups.domain.share_groups import operations

SINCE = 'share-groups 1.2'
#: The version that tells how far one is in bytes, too.
BYTES_SINCE = 'share-groups 1.7'

_PERCENT = {'type': ['integer', 'null'], 'minimum': 0, 'maximum': 100}
_BYTES = {'type': ['integer', 'null'], 'minimum': 0}

DETAIL = base.View(
    base.Field(
        'resource_type',
        SINCE,
        shape=shapes.one_of(
            states.SHARE_GROUP,
            states.SHARE,
            states.SHARE_GROUP_SNAPSHOT,
            states.SHARE_GROUP_BACKUP,
            states.SHARE_ACCESS,
        ),
    ),
    base.Field('resource_id', SINCE),
    base.Field('verb', SINCE),
    base.optional('step', SINCE),
    base.Field('status', SINCE, shape=shapes.one_of(*operations.STATUSES)),
    base.Field('progress', SINCE, shape=_PERCENT),
    base.Field('done_bytes', BYTES_SINCE, shape=_BYTES),
    base.Field('total_bytes', BYTES_SINCE, shape=_BYTES),
    base.Field('tries', SINCE, shape=shapes.OPTIONAL_NUMBER),
    base.optional('reason', SINCE),
    base.optional('request_id', SINCE),
    base.optional('message_id', SINCE),
    base.time('created_at', SINCE),
    base.time('updated_at', SINCE),
    base.optional('host', SINCE, admin=True),
    base.optional('worker', SINCE, admin=True),
)

LIST = shapes.every('operations', DETAIL)

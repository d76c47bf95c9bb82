# SPDX-License-Identifier: Apache-2.0
"""Who may see and delete user messages."""

from manila_groups.policies import base

_ONE = '/messages/{message_id}'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'message',
        [
            ('get_all', base.READER, 'List messages.', ['GET /messages']),
            ('get', base.READER, 'Show a message.', [f'GET {_ONE}']),
            ('delete', base.MEMBER, 'Delete a message.', [f'DELETE {_ONE}']),
        ],
    )

# SPDX-License-Identifier: Apache-2.0
"""Who may see which extensions the API has."""

from manila_groups.policies import base


def list_rules():
    """The rules of this file."""
    return base.rules(
        'extension',
        [('index', base.READER, 'List extensions.', ['GET /extensions'])],
    )

# SPDX-License-Identifier: Apache-2.0
"""Metadata, and the specs of types, in responses."""

from manila_groups.api.views import shapes

ALL = shapes.Members({'metadata': shapes.TEXTS})

#: A key of the path with its value.
PAIR = {**shapes.TEXTS, 'minProperties': 1, 'maxProperties': 1}
ONE = shapes.Members({'meta': PAIR})
EXTRA_SPECS = shapes.Members({'extra_specs': shapes.TEXTS})
GROUP_SPECS = shapes.Members({'group_specs': shapes.TEXTS})

# SPDX-License-Identifier: Apache-2.0
"""Lists that clients request and that are always empty here."""

from manila_groups.api.views import shapes

SECURITY_SERVICES = shapes.Members({'security_services': shapes.EMPTY_LIST})
SHARE_REPLICAS = shapes.Members({'share_replicas': shapes.EMPTY_LIST})
SNAPSHOTS = shapes.Members({'snapshots': shapes.EMPTY_LIST})

# SPDX-License-Identifier: Apache-2.0
"""What oslo-config-generator prints for this service."""

import itertools

from manila_groups.conf import api
from manila_groups.conf import backend
from manila_groups.conf import quota
from manila_groups.conf import scheduler
from manila_groups.conf import service
from manila_groups.conf import types


def list_opts() -> list:
    """Name every option of the service: a list of (group, options)."""
    sections = (service, types, api, quota, scheduler, backend)
    return list(
        itertools.chain.from_iterable(
            section.list_opts() for section in sections
        )
    )

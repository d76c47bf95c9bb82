# SPDX-License-Identifier: Apache-2.0
"""Which rows of a list a caller may see."""

from collections.abc import Mapping
from typing import Any


def narrow(ctxt, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Limit a list to the caller's project.

    :param filters: project_id, and all_tenants (a boolean), are only for
        administrators
    :returns: the filters without all_tenants
    """
    narrowed = dict(filters)
    everywhere = narrowed.pop('all_tenants', False)
    chosen = everywhere or 'project_id' in narrowed
    if not (ctxt.is_admin and chosen):
        narrowed['project_id'] = ctxt.project_id
    return narrowed

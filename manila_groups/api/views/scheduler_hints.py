# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints in responses."""

from manila_groups.api.schemas import scheduler_hints as schemas
from manila_groups.api.views import base
from manila_groups.api.views import shapes
from manila_groups.domain import scheduler_hints as domain


def _shown(record, request):
    """The hints, for the project; what names a host, for administrators."""
    hints, context = record.scheduler_hints or {}, request.context
    if context.is_admin:
        return hints
    if record.project_id != context.project_id:
        return {}
    return {name: hints[name] for name in domain.NAMING if name in hints}


FIELD = base.Field(
    domain.FIELD,
    schemas.SINCE,
    value=_shown,
    shape=shapes.Members(
        {},
        {
            **dict.fromkeys(domain.NAMING, shapes.ListOf(shapes.TEXT)),
            domain.ONLY_HOST: shapes.TEXT,
        },
    ),
)

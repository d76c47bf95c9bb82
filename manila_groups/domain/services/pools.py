# SPDX-License-Identifier: Apache-2.0
"""Pools, as back ends report them."""

from collections.abc import Mapping
import dataclasses
import datetime
import re
from typing import Any

import re2

from manila_groups import exception
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.db import types as type_rows
from manila_groups.domain.services import api as services_domain
from manila_groups.domain.types import share_types
from manila_groups.domain.types import specs

#: By default, the library prints a bad pattern to standard error.
_QUIET = re2.Options()
_QUIET.log_errors = False

_NAME = re.compile('(?P<host>[^@]*)@(?P<backend>[^#]*)#(?P<pool>.*)', re.S)


@dataclasses.dataclass(frozen=True, slots=True)
class Pool:
    """A pool, as operators see it.

    :ivar name: host@backend#pool
    :ivar specs: what share types' extra specs are matched with
    :ivar capabilities: everything that is known of the pool, with the group
        capabilities as share_group_stats
    :ivar reported_at: the time of the back end's last report
    """

    name: str
    host: str
    backend: str
    pool: str
    specs: Mapping[str, Any]
    capabilities: Mapping[str, Any]
    reported_at: datetime.datetime


class Pools:
    """The pools of the back ends that are up and enabled."""

    def __init__(self, db: db_api.Database, known: services_domain.Services):
        self._db = db
        self._services = known

    def list_all(
        self,
        ctxt,
        patterns: Mapping[str, str],
        share_type: str | None = None,
        capabilities: Mapping[str, str] | None = None,
    ) -> list[Pool]:
        """Find pools, in the order of their names.

        :param patterns: regular expressions for any of host, backend and
            pool, which match at the beginning
        :param share_type: the id or name of a share type; only pools that
            satisfy its extra specs
        :param capabilities: only pools whose capabilities satisfy these, as
            if they were extra specs
        :raises Invalid: an invalid regular expression or unknown share type
        """
        compiled = {
            field: _compile(field, pattern)
            for field, pattern in patterns.items()
        }
        with self._db.snapshot() as conn:
            wanted = _extra_specs(conn, ctxt, share_type)
            usable = {
                service.id: service
                for service in services.list_all(conn)
                if not service.disabled and self._services.is_up(service)
            }
            rows = pools.list_all(conn, usable)
        found = (_to_pool(row, usable[row.service_id]) for row in rows)
        return [
            pool
            for pool in found
            if all(
                pattern.match(getattr(pool, field))
                for field, pattern in compiled.items()
            )
            and _satisfies(pool.specs, wanted)
            and _satisfies(pool.capabilities, capabilities or {})
        ]


def _compile(field, pattern):
    try:
        # This library matches in linear time; the standard library's patterns
        # can take exponential time.
        return re2.compile(pattern, _QUIET)
    except re2.error as error:
        raise exception.Invalid(
            f'{field}: {pattern!r} is not a regular expression: '
            f'{error.args[0].decode()}.'
        ) from error


def _extra_specs(conn, ctxt, id_or_name):
    if id_or_name is None:
        return {}
    found = type_rows.SHARE_TYPES.get(conn, id_or_name, ctxt.visible_project)
    if found is None:
        raise exception.Invalid(
            f'share_type: there is no share type {id_or_name}.'
        )
    return found.specs


def _satisfies(reported, wanted):
    ignored = (share_types.AVAILABILITY_ZONES,)
    return specs.matches(wanted, reported, ignored) is None


def _to_pool(row: records.Pool, service: records.Service) -> Pool:
    report = dict(row.report)
    reported = report.pop('capabilities')
    parts = utils.present(_NAME.fullmatch(row.name)).groupdict()
    return Pool(
        name=row.name,
        **parts,
        specs=reported,
        capabilities={
            **reported,
            'share_group_stats': report.pop('group_capabilities'),
            **report,
            'pool_name': parts['pool'],
            'share_groups': row.share_groups,
            'allocated_capacity_gb': row.claimed_gb,
            'provisioned_capacity_gb': row.claimed_gb,
        },
        reported_at=service.updated_at,
    )

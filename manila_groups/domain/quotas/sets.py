# SPDX-License-Identifier: Apache-2.0
"""Quota sets: the limits of projects, and their usage."""

from collections.abc import Mapping
import dataclasses

from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import quotas as rows
from manila_groups.db import types as type_rows
from manila_groups.domain.events import base as events
from manila_groups.domain.quotas import counts as quotas


@dataclasses.dataclass(frozen=True, slots=True)
class Quota:
    """A limit, -1 for none, and its usage."""

    limit: int
    in_use: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class QuotaSet:
    """The quotas of a project, or of a user or share type in it.

    :ivar quotas: by resource; for a share type, only those that it has
    """

    project_id: str
    quotas: Mapping[str, Quota]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A part of a project: a user, a share type, or neither for the whole.

    :ivar share_type: an id or a name
    """

    user_id: str | None = None
    share_type: str | None = None


WHOLE = Part()


class QuotaSets:
    """The quota sets of the service."""

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db

    def get(self, ctxt, project_id: str, part: Part = WHOLE) -> QuotaSet:
        """Read the limits that apply, and the usage.

        :raises Invalid: both a user and a share type are given
        :raises NotFound: there is no share type that the caller may see
        """
        with self._db.snapshot() as conn:
            scope = _find_scope(conn, ctxt, project_id, part)
            return self._read(conn, scope)

    def defaults(self, project_id: str) -> QuotaSet:
        """Return the default limits of projects."""
        found = {
            name: Quota(self._conf.quota[name]) for name in quotas.RESOURCES
        }
        return QuotaSet(project_id, found)

    @db_api.transaction
    def update(
        self,
        conn,
        ctxt,
        project_id: str,
        part: Part,
        limits: Mapping[str, int],
        force: bool,
    ) -> QuotaSet:
        """Set limits.

        :param limits: resource to limit; -1 is unlimited
        :param force: also below the usage, and above the project's limit
        :raises Invalid: both a user and a share type are given, share types
            do not have the quota, or a limit is refused without force
        :raises NotFound: there is no share type that the caller may see
        """
        scope = _find_scope(conn, ctxt, project_id, part)
        _check_resources(scope, limits)
        if not force:
            self._check_limits(conn, scope, limits)
        rows.set_limits(conn, scope, limits)
        return self._changed(conn, ctxt, scope, 'update')

    def _check_limits(self, conn, scope, limits):
        now = self._read(conn, scope).quotas
        whole = self._read(conn, rows.Scope(scope.project_id)).quotas
        for resource, limit in limits.items():
            used = now[resource].in_use
            if limit != rows.UNLIMITED and limit < used:
                raise exception.Invalid(
                    f'{resource}: {limit} is less than the {used} in use.'
                )
            maximum = whole[resource].limit
            if scope.is_whole or maximum == rows.UNLIMITED:
                continue
            if limit == rows.UNLIMITED or limit > maximum:
                raise exception.Invalid(
                    f'{resource}: {limit} is more than the {maximum} that the '
                    'project may have.'
                )

    def _read(self, conn, scope):
        whole = rows.Scope(scope.project_id)
        limits = rows.limits(conn, [whole, scope])
        used = rows.usages(conn, [scope])
        found = {}
        for name in _resources(scope):
            limit = limits.get((whole, name), self._conf.quota[name])
            limit = limits.get((scope, name), limit)
            found[name] = Quota(limit, used.get((scope, name), 0))
        return QuotaSet(scope.project_id, found)

    @db_api.transaction
    def delete(self, conn, ctxt, project_id: str, part: Part = WHOLE) -> None:
        """Delete the limits that were set, so that the defaults apply again.

        :raises Invalid: both a user and a share type are given
        :raises NotFound: there is no share type that the caller may see
        """
        scope = _find_scope(conn, ctxt, project_id, part)
        rows.delete_limits(conn, scope)
        self._changed(conn, ctxt, scope, 'delete')

    def _changed(self, conn, ctxt, scope, verb):
        """Read changed limits, and note the event."""
        found = self._read(conn, scope)
        events.note(
            conn,
            f'quota_set.{verb}',
            found,
            ctxt,
            user_id=scope.user_id or None,
            share_type_id=scope.share_type_id or None,
        )
        return found


def _find_scope(conn, ctxt, project_id, part):
    if part.user_id and part.share_type:
        raise exception.Invalid(
            'user_id and share_type: must not be given together.'
        )
    if part.share_type is None:
        return rows.Scope(project_id, user_id=part.user_id or '')
    found = type_rows.SHARE_TYPES.get(
        conn, part.share_type, ctxt.visible_project
    )
    if found is None:
        raise exception.NotFound(
            f'There is no share type {part.share_type:.255}.'
        )
    return rows.Scope(project_id, share_type_id=found.id)


def _resources(scope):
    if scope.share_type_id:
        return quotas.RESOURCES_OF_SHARE_TYPES
    return quotas.RESOURCES


def _check_resources(scope, limits):
    for resource in limits:
        if resource not in _resources(scope):
            raise exception.Invalid(
                f'{resource}: share types do not have this quota.'
            )

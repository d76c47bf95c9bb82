# SPDX-License-Identifier: Apache-2.0
"""Shares: what the service does with them for its users."""

from collections.abc import Mapping
import dataclasses
from typing import Any

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as rows
from manila_groups.groups import events
from manila_groups.groups import force_delete
from manila_groups.groups import purge
from manila_groups.groups import quotas
from manila_groups.groups import share_creation
from manila_groups.groups import share_types as share_types_domain
from manila_groups.groups import specs as spec_rules
from manila_groups.groups import transitions
from manila_groups.groups import visibility

#: The filters that find nothing by what only administrators are shown.
_SHOWN = {
    name: f'shown_{name}'
    for name in ('export_location_id', 'export_location_path')
}


class Shares:
    """The shares of the service.

    :param share_types: the share types
    :param scheduler: tells schedulers of waiting work
    :param backends: tells back ends of waiting work
    """

    def __init__(self, conf, db, share_types, scheduler, backends):
        self._conf = conf
        self._db = db
        self._creation = share_creation.Creation(conf, share_types)
        self._scheduler = scheduler
        self._backends = backends

    def list_page(
        self, ctxt, filters: Mapping[str, Any], page: paging.Page, details
    ) -> tuple[list[records.Share], bool]:
        """Read one page of shares.

        :param filters: keys of db.shares.FILTERS; is_public (a boolean) adds
            the public shares of other projects; project_id, and all_tenants
            (a boolean), count for administrators only
        :returns: the shares, and whether more follow
        :raises Invalid: an unknown marker
        """
        if _asks_for_hidden(ctxt, filters):
            return [], False
        with self._db.reader() as conn:
            return rows.list_page(
                conn, _within_sight(ctxt, filters), page, details
            )

    def count(self, ctxt, filters: Mapping[str, Any]) -> int:
        """Count the shares on all pages of a list.

        :param filters: as for list_page
        """
        if _asks_for_hidden(ctxt, filters):
            return 0
        with self._db.reader() as conn:
            return rows.count(conn, _within_sight(ctxt, filters))

    def get(self, ctxt, share_id: str) -> records.Share:
        """Read one share.

        :raises NotFound: there is none that the caller sees
        """
        with self._db.reader() as conn:
            return _get(conn, ctxt, share_id)

    def create(self, ctxt, wanted: share_creation.NewShare) -> records.Share:
        """Make a share, which a scheduler then finds a place for.

        :raises Invalid: group, type, network, zone, protocol or size do not
            go together
        :raises NotFound: an unknown group, type, zone or snapshot
        :raises OverQuota: the project may not have so much more
        """
        share = self._insert(ctxt, wanted)
        self._scheduler.place(ctxt, states.SHARE, share.id)
        return share

    @db_api.transaction
    def _insert(self, conn, ctxt, wanted):
        share = self._creation.insert(conn, ctxt, wanted)
        events.note(conn, 'share.create.start', share, ctxt)
        return share

    @db_api.transaction
    def update(
        self, conn, ctxt, share_id: str, values: Mapping[str, Any]
    ) -> records.Share:
        """Change the name, the description, or whether all projects see it.

        :raises NotFound: there is no share that the caller sees
        """
        _get(conn, ctxt, share_id)
        rows.ROWS.update(conn, share_id, values)
        return _changed(conn, ctxt, share_id)

    @db_api.transaction
    def set_metadata(
        self,
        conn,
        ctxt,
        share_id: str,
        metadata: Mapping[str, str],
        replace: bool = False,
    ) -> Mapping[str, str]:
        """Set or change the metadata given.

        :param replace: remove what is not given
        :returns: all metadata that the share has now
        :raises NotFound: there is no share that the caller sees
        """
        _lock(conn, ctxt, share_id)
        rows.set_metadata(conn, share_id, metadata, replace)
        return _changed(conn, ctxt, share_id).metadata

    @db_api.transaction
    def delete_metadata(self, conn, ctxt, share_id: str, key: str) -> None:
        """Remove one key of a share's metadata.

        :raises NotFound: there is no such share, or it has no such key
        """
        _lock(conn, ctxt, share_id)
        if not rows.delete_metadata(conn, share_id, key):
            raise exception.NotFound(
                f'The share {share_id} has no metadata {key:.255}.'
            )
        _changed(conn, ctxt, share_id)

    def delete(self, ctxt, share_id: str, group_id: str | None) -> None:
        """Begin to delete a share.

        :param group_id: the group that the caller knows it to be in; None
            for none
        :raises NotFound: there is none that the caller sees
        :raises Invalid: it is in another group, or in none
        :raises Forbidden: a snapshot of its group holds it, or its status
            forbids it
        """
        share = self.get(ctxt, share_id)
        _check_group(share, group_id)
        transition = transitions.deletion(
            self._conf, share, states.SHARE_DELETE
        )
        self._delete(ctxt, share, transition)

    def force_delete(self, ctxt, share_id: str) -> None:
        """Begin to delete a share in whatever status it is.

        :raises NotFound: there is none that the caller sees
        :raises Forbidden: a snapshot of its group holds it
        """
        self._delete(
            ctxt,
            self.get(ctxt, share_id),
            states.SHARE_FORCE_DELETE,
            reason=force_delete.REASON,
            forced=True,
        )

    def _delete(self, ctxt, share, transition, **details):
        share = self._begin_delete(ctxt, share, transition, **details)
        if share.host is not None:
            self._backends.work(ctxt, share.host, states.SHARE, share.id)

    @db_api.transaction
    def _begin_delete(self, conn, ctxt, share, transition, **details):
        # Its group never changes, and must be locked before the share.
        if share.share_group_id is not None:
            group_rows.ROWS.lock(conn, share.share_group_id)
        conditions = [rows.in_no_snapshot()]
        if transition is states.DELETE_OVERDUE:
            conditions.append(rows.ROWS.is_as_read(share))
        taken = rows.ROWS.transition(
            conn,
            share.id,
            transition,
            *conditions,
            new_size=None,
            request_id=ctxt.request_id,
            **details,
        )
        share = _get(conn, ctxt, share.id)
        if not taken:
            raise _not_deletable(conn, share, transition)
        events.note(conn, 'share.delete.start', share, ctxt)
        return self._end_if_away(conn, share)

    def _end_if_away(self, conn, share):
        """Remove a share that no back end can be told to remove now."""
        # Nothing of a share without a place is anywhere else.
        if share.host is None:
            purge.share(conn, share)
        elif share.forced and not force_delete.is_reachable(
            conn, self._conf, share.host
        ):
            force_delete.end(conn, states.SHARE, share)
            return dataclasses.replace(share, host=None)
        return share

    @db_api.transaction
    def reset_status(self, conn, ctxt, share_id: str, status: str) -> None:
        """Set the status by hand; no work is begun or stopped by that.

        :raises NotFound: there is no share that the caller sees
        """
        share = _get(conn, ctxt, share_id)
        rows.ROWS.set_status(conn, share_id, status, share.status)
        share = dataclasses.replace(share, status=status)
        events.note(conn, 'share.reset_status', share, ctxt)

    def extend(
        self, ctxt, share_id: str, size: int, force: bool = False
    ) -> None:
        """Begin to let a share hold more.

        :param size: the new size, in GiB
        :param force: whether or not its pool has room
        :raises NotFound: there is none that the caller sees
        :raises Invalid: its size, its type or its status forbid it
        :raises Forbidden: the project may not have so much more
        :raises OverQuota: no share may be so large
        """
        share = self._begin_extend(ctxt, share_id, size, force)
        # An extension that was broken off may have left the room claimed.
        if force or share.claimed_gb >= size:
            self._backends.work(ctxt, share.host, states.SHARE, share_id)
        else:
            self._scheduler.place(ctxt, states.SHARE, share_id)

    @db_api.retry_on_deadlock
    def _begin_extend(self, ctxt, share_id, size, force):
        values = {
            'new_size': size,
            'quota_gb': size,
            'request_id': ctxt.request_id,
        }
        with self._db.writer() as conn:
            share = _lock_resizable(conn, ctxt, share_id, states.EXTEND)
            _check_larger(ctxt, share, size)
            # As whoever gives back does: the pool first, then the quota.
            if force:
                _claim_beyond(conn, share, size)
                values['claimed_gb'] = size
            self._take_more(conn, share, size)
            rows.ROWS.transition(conn, share_id, states.EXTEND, **values)
            _note_resize(conn, ctxt, share, states.EXTEND, size)
        return share

    def _take_more(self, conn, share, size):
        owner = quotas.owner_of(share)
        quotas.check_size(conn, self._conf, owner, size)
        # More than its size is counted where an extension was broken off.
        more = size - share.quota_gb
        if more > 0:
            _take_gigabytes(conn, self._conf, owner, more)
        else:
            quotas.give_back(conn, owner, {quotas.GIGABYTES: -more})

    def shrink(self, ctxt, share_id: str, size: int) -> None:
        """Begin to let a share hold less.

        :param size: the new size, in GiB
        :raises NotFound: there is none that the caller sees
        :raises Invalid: its size, its type or its status forbid it
        """
        share = self._begin_shrink(ctxt, share_id, size)
        self._backends.work(ctxt, share.host, states.SHARE, share_id)

    @db_api.transaction
    def _begin_shrink(self, conn, ctxt, share_id, size):
        share = _lock_resizable(conn, ctxt, share_id, states.SHRINK)
        if size >= share.size:
            raise exception.Invalid(
                f'new_size: {size} GiB are not less than the '
                f'{share.size} that the share has.'
            )
        share_types_domain.check_least_size(
            share.share_type_specs, size, 'new_size'
        )
        rows.ROWS.transition(
            conn,
            share_id,
            states.SHRINK,
            new_size=size,
            request_id=ctxt.request_id,
        )
        _note_resize(conn, ctxt, share, states.SHRINK, size)
        return share


def _take_gigabytes(conn, conf, owner, more):
    try:
        quotas.take(conn, conf, owner, {quotas.GIGABYTES: more})
    except exception.OverQuota as error:
        # What clients know of an extension.
        raise exception.Forbidden(error.message) from None


def _within_sight(ctxt, filters):
    narrowed = visibility.narrow(ctxt, filters)
    if 'extra_specs' in narrowed:
        narrowed['extra_specs'] = spec_rules.spelled(narrowed['extra_specs'])
    if not ctxt.is_admin:
        narrowed = {_SHOWN.get(key, key): narrowed[key] for key in narrowed}
    with_public = narrowed.pop('is_public', False)
    if with_public and narrowed.get('project_id') == ctxt.project_id:
        narrowed['seen_by'] = narrowed.pop('project_id')
    return narrowed


def _asks_for_hidden(ctxt, filters):
    """Tell whether a filter is by what the caller may not see of a type."""
    wanted = set(filters.get('extra_specs', ()))
    return not ctxt.is_admin and bool(wanted - spec_rules.WELL_KNOWN)


def _get(conn, ctxt, share_id):
    found = rows.get(conn, share_id)
    if found is None or not _sees(ctxt, found):
        raise exception.NotFound(f'There is no share {share_id:.255}.')
    return found


def _sees(ctxt, share):
    own = ctxt.visible_project in (None, share.project_id)
    return own or share.is_public


def _lock(conn, ctxt, share_id):
    """Read a share, which no one else changes from now on."""
    rows.ROWS.lock(conn, share_id)
    return _get(conn, ctxt, share_id)


def _changed(conn, ctxt, share_id):
    """Read a share that the caller has changed, and let it be known."""
    share = _get(conn, ctxt, share_id)
    events.note(conn, 'share.update', share, ctxt)
    return share


def _note_resize(conn, ctxt, share, transition, size):
    verb = 'extend' if transition is states.EXTEND else 'shrink'
    share = dataclasses.replace(
        share, status=transition.becomes, new_size=size
    )
    events.note(conn, f'share.{verb}.start', share, ctxt)


def _check_group(share, group_id):
    own = share.share_group_id
    if own is not None and group_id is None:
        raise exception.Invalid(
            f'share_group_id: has to be given, as the share {share.id} is in '
            'a share group.'
        )
    if group_id != own:
        raise exception.Invalid(
            f'share_group_id: {group_id} is not the share group of the share '
            f'{share.id}, which is in {"another" if own else "none"}.'
        )


def _not_deletable(conn, share, transition):
    if not rows.matches(conn, share.id, rows.in_no_snapshot()):
        return exception.Forbidden(
            f'The share {share.id} is held by share group snapshots, which '
            'have to be deleted first.'
        )
    return exception.Forbidden(
        f'The share {share.id} has the status {share.status}; it can be '
        f'deleted when it is {" or ".join(transition.expected)}.'
    )


def _lock_resizable(conn, ctxt, share_id, transition):
    share = _lock(conn, ctxt, share_id)
    if share.status not in transition.expected:
        raise exception.Invalid(
            f'The share {share_id} has the status {share.status}; its size '
            f'can change when it is {" or ".join(transition.expected)}.'
        )
    if share.host is None:
        raise exception.Invalid(f'No back end has the share {share_id}.')
    return share


def _check_larger(ctxt, share, size):
    if size <= share.size:
        raise exception.Invalid(
            f'new_size: {size} GiB are not more than the {share.size} that '
            'the share has.'
        )
    share_types_domain.check_most_size(
        share.share_type_specs,
        size,
        'new_size',
        share_types_domain.MAX_EXTEND_SIZE
        if ctxt.is_admin
        else share_types_domain.MAX_SIZE,
    )


def _claim_beyond(conn, share, size):
    more = size - share.claimed_gb
    if not pools.claim(conn, share.host, gigabytes=more, beyond=True):
        raise exception.Invalid(
            f'The pool that the share {share.id} is in is no longer there.'
        )

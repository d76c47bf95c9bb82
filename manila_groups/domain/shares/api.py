# SPDX-License-Identifier: Apache-2.0
"""Shares: their operations for users."""

from collections.abc import Mapping
from typing import Any

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as rows
from manila_groups.domain import changes
from manila_groups.domain import visibility
from manila_groups.domain.access_rules import update as update_rules
from manila_groups.domain.events import base as events
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import purge
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.shares import create
from manila_groups.domain.shares import delete
from manila_groups.domain.shares import insert as share_creation
from manila_groups.domain.shares import resize
from manila_groups.domain.types import share_types as share_types_domain
from manila_groups.domain.types import specs as spec_rules
from manila_groups.rpc import wake

#: The filters that find nothing by what only administrators are shown.
_SHOWN = {
    name: f'shown_{name}'
    for name in ('export_location_id', 'export_location_path')
}


class Shares:
    """The shares of the service.

    :param share_types: the share types
    :param waker: wakes schedulers and back ends
    """

    def __init__(
        self,
        conf,
        db: db_api.Database,
        share_types,
        waker: wake.Waker,
    ):
        self._conf = conf
        self._db = db
        self._creation = share_creation.Creation(conf, share_types)
        self._waker = waker

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

        :raises NotFound: there is none that the caller may see
        """
        with self._db.reader() as conn:
            return changes.SHARE.find(conn, ctxt, share_id)

    def create(self, ctxt, wanted: share_creation.NewShare) -> records.Share:
        """Create a share; a scheduler then chooses its pool.

        :raises Invalid: group, type, network, zone, protocol or size do not
            go together
        :raises NotFound: an unknown group, type, zone or snapshot
        :raises OverQuota: the project may not have so much more
        """
        share, wakes = self._insert(ctxt, wanted)
        wake.wake_all(self._waker, wakes)
        return share

    @db_api.transaction
    def _insert(self, conn, ctxt, wanted):
        return self._begin_create(conn, ctxt, wanted)

    @db_api.retry_on_deadlock
    def rehearse(self, ctxt, wanted) -> tuple[str, placing.Waiting]:
        """Tell what a scheduler would decide on; nothing is made.

        :returns: an id for the share, and what is known of it
        :raises ServiceError: see create
        """
        with self._db.rehearsal() as conn:
            share, _wakes = self._begin_create(conn, ctxt, wanted)
            return share.id, placing.of_new(conn, create.VERB, share.id)

    def _begin_create(self, conn, ctxt, wanted):
        share = self._creation.insert(conn, ctxt, wanted)
        events.note(conn, 'share.create.start', share, ctxt)
        return share, beginning.begin_many(conn, create.VERB, [share])

    @changes.locked(changes.SHARE)
    def update(
        self, share: changes.Locked[records.Share], values: Mapping[str, Any]
    ) -> records.Share:
        """Change the name, the description, or whether all projects see it.

        :raises NotFound: there is no share that the caller may see
        """
        share.update(**values)
        share.note('update')
        return share.row

    @changes.locked(changes.SHARE)
    def set_metadata(
        self,
        share: changes.Locked[records.Share],
        metadata: Mapping[str, str],
        replace: bool = False,
    ) -> Mapping[str, str]:
        """Set or change the metadata given.

        :param replace: remove what is not given
        :returns: all metadata that the share has now
        :raises NotFound: there is no share that the caller may see
        """
        rows.set_metadata(share.conn, share.row.id, metadata, replace)
        share.refresh()
        share.note('update')
        return share.row.metadata

    @changes.locked(changes.SHARE)
    def delete_metadata(
        self, share: changes.Locked[records.Share], key: str
    ) -> None:
        """Remove one key of a share's metadata.

        :raises NotFound: there is no such share, or it has no such key
        """
        if not rows.delete_metadata(share.conn, share.row.id, key):
            raise exception.NotFound(
                f'The share {share.row.id} has no metadata {key:.255}.'
            )
        share.refresh()
        share.note('update')

    def delete(self, ctxt, share_id: str, group_id: str | None) -> None:
        """Begin to delete a share.

        :param group_id: the group that the caller knows it to be in; None
            for none
        :raises NotFound: there is none that the caller may see
        :raises Invalid: it is in another group, or in none
        :raises Forbidden: a snapshot of its group holds it, or its status
            forbids it
        :raises Conflict: its share group is being copied
        """
        wakes = self._begin_delete(ctxt, share_id, group_id)
        wake.wake_all(self._waker, wakes)

    def force_delete(self, ctxt, share_id: str) -> None:
        """Begin to delete a share in whatever status it is.

        :raises NotFound: there is none that the caller may see
        :raises Forbidden: a snapshot of its group holds it
        :raises Conflict: its share group is being copied
        """
        wakes = self._begin_force_delete(ctxt, share_id)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.SHARE, with_group=True)
    def _begin_delete(self, share, group_id):
        _check_group(share.row, group_id)
        transition = deleting.transition_for(
            self._conf, share.row, states.Share
        )
        _begin_to_delete(share, transition)
        return deleting.begin(share, delete.VERB, purge.all_shares)

    @changes.locked(changes.SHARE, with_group=True)
    def _begin_force_delete(self, share):
        _begin_to_delete(
            share,
            states.Share.FORCE_DELETE,
            reason=deleting.FORCED,
            forced=True,
        )
        return deleting.begin_forced(
            share,
            self._conf,
            delete.VERB,
            purge.all_shares,
            delete.remove_without_backend,
        )

    @changes.locked(changes.SHARE)
    def reset_status(
        self, share: changes.Locked[records.Share], status: str
    ) -> None:
        """Set the status by hand; the operation on the share is given up.

        :raises NotFound: there is no share that the caller may see
        """
        if share.row.status in states.REPLACED:
            # Its clients may have been shut out.
            update_rules.queue_again(share.conn, [share.row])
        share.set_status(status)
        operations.cancel(share.conn, share.kind, share.row.id)

    def extend(
        self, ctxt, share_id: str, size: int, force: bool = False
    ) -> None:
        """Begin to extend a share.

        :param size: the new size, in GiB
        :param force: whether or not its pool has the capacity
        :raises NotFound: there is none that the caller may see
        :raises Invalid: its size, its type or its status forbid it
        :raises Conflict: its share group is being copied
        :raises Forbidden: the project may not have so much more
        :raises OverQuota: no share may be so large
        """
        wakes = self._begin_extend(ctxt, share_id, size, force)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.SHARE)
    def _begin_extend(self, share, size, force):
        _check_resizable(share.row, states.Share.EXTEND)
        _check_larger(share.ctxt, share.row, size)
        values = {'new_size': size, 'quota_gb': size}
        # As whoever gives back does: the pool first, then the quota.
        if force:
            _claim_beyond(share.conn, share.row, size)
            values['claimed_gb'] = size
        self._take_more(share.conn, share.row, size)
        _begin_resize(share, states.Share.EXTEND, 'extend.start', **values)
        return [beginning.begin(share.conn, resize.EXTEND_VERB, share.row)]

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
        """Begin to shrink a share.

        :param size: the new size, in GiB
        :raises NotFound: there is none that the caller may see
        :raises Invalid: its size, its type or its status forbid it
        :raises Conflict: its share group is being copied
        """
        wakes = self._begin_shrink(ctxt, share_id, size)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.SHARE)
    def _begin_shrink(self, share, size):
        _check_resizable(share.row, states.Share.SHRINK)
        _check_smaller(share.row, size)
        _begin_resize(
            share, states.Share.SHRINK, 'shrink.start', new_size=size
        )
        return [beginning.begin(share.conn, resize.SHRINK_VERB, share.row)]


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


def _check_group(share, group_id):
    own = share.share_group_id
    if own is not None and group_id is None:
        raise exception.Invalid(
            'share_group_id: is required because the share '
            f'{utils.label(share)} is in '
            'a share group.'
        )
    if group_id != own:
        raise exception.Invalid(
            f'share_group_id: {group_id} is not the share group of the share '
            f'{utils.label(share)}, which is in '
            f'{"another one" if own else "none"}.'
        )


def _begin_to_delete(share, transition, **details):
    if not share.transition(
        transition,
        rows.in_no_snapshot(),
        group_rows.holds_no_source(),
        event='delete.start',
        new_size=None,
        **details,
    ):
        raise _not_deletable(share, transition)


def _begin_resize(share, transition, event, **values):
    if not share.transition(
        transition, group_rows.holds_no_source(), event=event, **values
    ):
        raise _copied(share.row)


def _copied(share):
    return exception.Conflict(
        f'A share group is being created from the share group '
        f'{share.share_group_id}: the share {utils.label(share)} keeps its '
        'size, and cannot be deleted, until that has ended.'
    )


def _not_deletable(share, transition):
    if not rows.matches(
        share.conn, share.row.id, group_rows.holds_no_source()
    ):
        return _copied(share.row)
    # 403, where groups have 409: see the contract, 'Shares'.
    row = share.row
    if not rows.matches(share.conn, row.id, rows.in_no_snapshot()):
        return exception.Forbidden(
            f'The share {utils.label(row)} is a member of share group '
            'snapshots, which '
            'must be deleted first.'
        )
    return exception.Forbidden(
        f'The share {utils.label(row)} has the status {row.status}; it can '
        'be deleted '
        f'when it is {" or ".join(transition.expected)}.'
    )


def _check_resizable(share, transition):
    if share.status not in transition.expected:
        raise exception.Invalid(
            f'The share {utils.label(share)} has the status {share.status}; '
            'its size '
            f'can be changed when it is {" or ".join(transition.expected)}.'
        )
    if share.host is None:
        raise exception.Invalid(
            f'The share {utils.label(share)} has not been placed on a back '
            'end.'
        )


def _check_smaller(share, size):
    if size >= share.size:
        raise exception.Invalid(
            f'new_size: {size} GiB is not smaller than the current size, '
            f'{share.size} GiB.'
        )
    share_types_domain.check_least_size(
        share.share_type_specs, size, 'new_size'
    )


def _check_larger(ctxt, share, size):
    if size <= share.size:
        raise exception.Invalid(
            f'new_size: {size} GiB is not larger than the current size, '
            f'{share.size} GiB.'
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
            f'The pool of the share {share.id} no longer exists.'
        )

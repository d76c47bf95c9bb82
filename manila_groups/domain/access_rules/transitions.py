# SPDX-License-Identifier: Apache-2.0
"""Transitions of shares' access rules into and out of force.

A back end makes them for all rules of a share that wait: the driver is always
given the whole set.  Rules that are added or denied while it works wait for
the next time.  Every transaction locks the share first, so that it sees what
others did to the rules before.
"""

import dataclasses

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import share_access_rules as rows
from manila_groups.db import shares
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transitions

_IN_FORCE = (states.APPLYING, states.ACTIVE)

#: Each state of a rule at work: the event's verb, and the state afterwards.
_ENDS = {
    states.APPLYING: ('allow', states.ACTIVE),
    states.DENYING: ('deny', events.DELETED),
}

_FAILED = (
    'The back end could not apply the access rules of the share. Delete the '
    'rules in error and add them again, or ask the administrator.'
)
_NOT_IN_TIME = (
    'The access rules of the share were not applied in time. Delete the rules '
    'in error and add them again, or ask the administrator.'
)


class AccessTransitions(transitions.Transitions):
    """The transitions of the rules of shares at a back end.

    Work is taken up for a share, with leases on all of its rules that wait.
    at_work() yields the share, and the rules to be applied.
    """

    of = changes.SHARE_ACCESS
    work = rows.WAITING

    @db_api.transaction
    def _begin(self, conn, share_id, host):
        if not shares.ROWS.lock(conn, share_id, *_workable(host)):
            return None
        if not self._are_open(conn, share_id):
            return None
        share = shares.get(conn, share_id)
        _act_for(share, rows.of_share(conn, share_id), self.work)
        mine = rows.of(share_id)
        rows.ROWS.transition_many(conn, states.AccessRule.APPLY, mine)
        rows.ROWS.transition_many(conn, states.AccessRule.DENY, mine)
        at_work = rows.ROWS.is_in(tuple(_ENDS))
        if not rows.ROWS.leases.take(conn, self.lease_offer(), mine, at_work):
            return None
        rules = rows.of_share(conn, share_id)
        return share, [one for one in rules if one.state in _IN_FORCE]

    def _are_open(self, conn, share_id):
        """Tell whether all rules that wait can be taken up."""
        offer = self.lease_offer()
        closed = ~rows.ROWS.leases.is_open_to(offer.worker, offer.now)
        exhausted = rows.ROWS.leases.is_exhausted(offer)
        return not rows.ROWS.find(
            conn,
            rows.of(share_id),
            rows.ROWS.is_in(self.work),
            closed | exhausted,
            limit=1,
        )

    @db_api.transaction
    def _renew_leases(self, conn, ids):
        rows.ROWS.leases.renew(conn, self.lease_offer(), rows.of_any(ids))

    @db_api.transaction
    def done(self, conn, share: records.Share) -> bool:
        """Note that the driver has applied the rules.

        :returns: whether rules wait again
        """
        shares.ROWS.lock(conn, share.id)
        mine = self._mine(share)
        for rule in self._leased(conn, share):
            verb, state = _ENDS[rule.state]
            _note(conn, share, rule, f'{verb}.end', state)
            if rule.state == states.DENYING:
                rows.ROWS.ended(conn, rule)
        rows.ROWS.transition_many(conn, states.AccessRule.APPLIED, *mine)
        rows.ROWS.delete_many(conn, rows.ROWS.is_in((states.DENYING,)), *mine)
        return _settle(conn, share.id)

    @db_api.transaction
    def failed(self, conn, share: records.Share) -> bool:
        """Note that the driver failed to apply the rules.

        :returns: whether rules wait again
        """
        shares.ROWS.lock(conn, share.id)
        failed = self._leased(conn, share)
        for transition in (
            states.AccessRule.APPLY_FAILED,
            states.AccessRule.DENY_FAILED,
        ):
            rows.ROWS.transition_many(
                conn, transition, *self._mine(share), reason=_FAILED
            )
        self._tell_of(conn, share, failed, messages.DRIVER_FAILED, _FAILED)
        return _settle(conn, share.id)

    @db_api.transaction
    def put_off(self, conn, share: records.Share) -> float | None:
        """Leave the rules of a share for later; they keep their states."""
        shares.ROWS.lock(conn, share.id)
        found = [one.stepped_at for one in self._leased(conn, share)]
        if not found:
            return None
        return self._put_off(conn, min(found), *self._mine(share))

    def _mine(self, share):
        """Conditions: the rule is of the share, and this process's work."""
        return rows.of(share.id), rows.ROWS.leases.is_held_by(self._worker)

    def _leased(self, conn, share):
        """Read the rules of a share that this process works on."""
        found = rows.of_share(conn, share.id)
        return [
            one
            for one in found
            if one.state in _ENDS and one.worker == self._worker
        ]

    def _tell_of(self, conn, share, failed, detail, text):
        """Add one message about all rules of a share that failed."""
        if not failed:
            return
        last = _with_request(share, failed[-1])
        action = messages.UPDATE_ACCESS_RULES
        messages.add(
            conn, self._conf, states.SHARE, last, action, detail, text
        )
        for rule in failed:
            denies = rule.state in (states.QUEUED_TO_DENY, states.DENYING)
            verb = 'deny.error' if denies else 'allow.error'
            _note(conn, share, rule, verb, states.ERROR, reason=text)

    def unfinished_at(self, host: str, every: bool) -> list[str]:
        """Find shares with rules that wait for a back end.

        :param host: host@backend
        :param every: also rules that have not waited long
        """
        waited = transitions.stale(self._conf, rows.ROWS, every)
        with self._db.reader() as conn:
            return rows.waiting_shares(conn, host, waited)

    def overdue(self) -> list[str]:
        """Find shares with overdue or exhausted rules."""
        with self._db.reader() as conn:
            return rows.shares_with(conn, *self._are_overdue())

    def _are_overdue(self):
        return rows.ROWS.is_in(self.work), self._is_overdue()

    @db_api.transaction
    def give_up(self, conn, share_id: str) -> bool:
        """End the overdue work on a share's rules as failed.

        :returns: whether any was ended
        """
        if not shares.ROWS.lock(conn, share_id):
            return False
        overdue = (rows.of(share_id), *self._are_overdue())
        ids = rows.ROWS.find(conn, *overdue)
        found = rows.of_share(conn, share_id)
        share = shares.get(conn, share_id)
        _act_for(share, found, self.work)
        rows.ROWS.transition_many(
            conn, states.AccessRule.OVERDUE, *overdue, reason=_NOT_IN_TIME
        )
        failed = [one for one in found if one.id in ids]
        self._tell_of(conn, share, failed, messages.TIMED_OUT, _NOT_IN_TIME)
        _settle(conn, share_id)
        return bool(failed)


def _workable(host):
    """Conditions: the share is at this back end, and not being deleted."""
    return (
        shares.ROWS.at_backend(host),
        ~shares.ROWS.is_in((states.DELETING,)),
    )


def _note(conn, share, rule, verb, state, **details):
    events.note(
        conn,
        f'share_access.{verb}',
        dataclasses.replace(rule, state=state),
        events.caller_of(_with_request(share, rule)),
        project_id=share.project_id,
        **details,
    )


def _act_for(share, rules, waiting):
    """Act for the last request among the rules that wait."""
    found = [one for one in rules if one.state in waiting]
    if found:
        transitions.act_for(_with_request(share, found[-1]))


def _with_request(share, rule):
    """Return a share's record with the request of a rule."""
    return dataclasses.replace(share, request_id=rule.request_id)


def _settle(conn, share_id):
    """Set a share's access_rules_status; tell whether rules wait."""
    found = rows.states_of(conn, share_id)
    waiting = not found.isdisjoint(rows.WAITING)
    if waiting:
        status = states.SYNCING
    elif states.ERROR in found:
        status = states.ERROR
    else:
        status = states.ACTIVE
    shares.ROWS.update(conn, share_id, {'access_rules_status': status})
    return waiting

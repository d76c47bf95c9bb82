# SPDX-License-Identifier: Apache-2.0
"""The way of shares' access rules into and out of force, step by step.

A back end takes the steps, for all rules of a share that wait at the time:
the driver is always given the whole set.  Rules that are added or denied
while it works wait for the next turn.  Every transaction begins with the
share held, so that it sees what others did to the rules before.
"""

import dataclasses

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import share_access_rules as rows
from manila_groups.db import shares
from manila_groups.groups import events
from manila_groups.groups import messages
from manila_groups.groups import steps

_IN_FORCE = (states.APPLYING, states.ACTIVE)

#: What events call the work on a rule in these states, and what becomes of
#: one when it is done.
_ENDS = {
    states.APPLYING: ('allow', states.ACTIVE),
    states.DENYING: ('deny', events.DELETED),
}

_FAILED = (
    'The back end could not put the access rules of the share in place. '
    'Delete the rules in error and add them again, or ask the administrator.'
)


class AccessSteps(steps.Steps):
    """The steps of the rules of shares at a back end."""

    #: What users are told is of the share.
    kind = states.SHARE
    store = rows

    @db_api.retry_on_deadlock
    def begin(
        self, share_id: str, host: str
    ) -> tuple[records.Share, list[records.AccessRule]] | None:
        """Take on all rules of a share that wait.

        :param host: host@backend
        :returns: the share, and the rules that are to be in force from now
            on; None when no rule waits at this back end
        """
        with self._db.writer() as session:
            if not shares.ROWS.hold(session, share_id, *_workable(host)):
                return None
            mine = rows.of(share_id)
            rows.ROWS.take_steps(session, states.RULE_APPLY, mine)
            rows.ROWS.take_steps(session, states.RULE_DENY, mine)
            rules = rows.of_share(session, share_id)
            if not any(one.state in _ENDS for one in rules):
                return None
            wanted = [one for one in rules if one.state in _IN_FORCE]
            return shares.get(session, share_id), wanted

    @db_api.retry_on_deadlock
    def done(self, share: records.Share) -> bool:
        """Note that the driver has put the rules in place.

        :returns: whether rules wait again
        """
        with self._db.writer() as session:
            shares.ROWS.hold(session, share.id)
            for rule in _at_work(session, share):
                verb, state = _ENDS[rule.state]
                _note(session, share, rule, f'{verb}.end', state)
            rows.ROWS.take_steps(
                session, states.RULE_APPLIED, rows.of(share.id)
            )
            rows.delete_denied(session, share.id)
            return _settle(session, share.id)

    @db_api.retry_on_deadlock
    def failed(self, share: records.Share) -> bool:
        """Note that the driver could not put the rules in place.

        :returns: whether rules wait again
        """
        with self._db.writer() as session:
            shares.ROWS.hold(session, share.id)
            failed = _at_work(session, share)
            for step in (states.RULE_APPLY_FAILED, states.RULE_DENY_FAILED):
                rows.ROWS.take_steps(session, step, rows.of(share.id))
            if failed:
                self._tell(
                    session,
                    dataclasses.replace(
                        share, request_id=failed[-1].request_id
                    ),
                    messages.UPDATE_ACCESS_RULES,
                    messages.DRIVER_FAILED,
                    _FAILED,
                )
            for rule in failed:
                verb = f'{_ENDS[rule.state][0]}.error'
                _note(session, share, rule, verb, states.ERROR, reason=_FAILED)
            return _settle(session, share.id)

    def unfinished_at(self, host: str, every: bool) -> list[str]:
        """Ids of shares with rules that wait for a back end.

        :param host: host@backend
        :param every: also those that have not waited long
        """
        waited = steps.waited(self._conf, rows.ROWS, every)
        with self._db.reader() as session:
            return rows.waiting_shares(session, host, *waited)


def _workable(host):
    """Conditions: the share is at this back end, and is to stay there."""
    return (
        shares.ROWS.at_backend(host),
        models.Share.status != states.DELETING,
    )


def _at_work(session, share):
    found = rows.of_share(session, share.id)
    return [one for one in found if one.state in _ENDS]


def _note(session, share, rule, verb, state, **details):
    events.note(
        session,
        f'share_access.{verb}',
        dataclasses.replace(rule, state=state),
        events.caller_of(
            dataclasses.replace(share, request_id=rule.request_id)
        ),
        project_id=share.project_id,
        **details,
    )


def _settle(session, share_id):
    """Let a share say what its rules are like; tells whether some wait."""
    found = rows.states_of(session, share_id)
    waiting = not found.isdisjoint(rows.WAITING)
    if waiting:
        status = states.SYNCING
    elif states.ERROR in found:
        status = states.ERROR
    else:
        status = states.ACTIVE
    shares.ROWS.update(session, share_id, {'access_rules_status': status})
    return waiting

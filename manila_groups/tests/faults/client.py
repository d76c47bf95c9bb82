# SPDX-License-Identifier: Apache-2.0
"""A user who makes and deletes things while the service is being hurt."""

import random
import threading

from manila_groups.tests.faults import actions
from manila_groups.tests.faults import ledger as ledgers
from manila_groups.tests.soak import client
from manila_groups.tests.soak import session as sessions

#: How many of each a client has, about.
MOST_GROUPS = 4
MOST_SHARES = 4
MOST_SNAPSHOTS = 2
MOST_BACKUPS = 2

#: How often a client waits for what it has asked for.
WAITS = 0.7


def _all(kind):
    return lambda me: [one for one in me.things if one.kind == kind]


def _groups_with_fewer(kind, most):
    return lambda me: [
        group
        for group in _all(ledgers.GROUPS)(me)
        if len(me.members(group, kind)) < most
    ]


def _groups_with_shares(me):
    return [
        group
        for group in _groups_with_fewer(ledgers.SNAPSHOTS, MOST_SNAPSHOTS)(me)
        if me.members(group, ledgers.SHARES)
    ]


def _empty_groups(me):
    return [
        group for group in _all(ledgers.GROUPS)(me) if not me.members(group)
    ]


def _free_shares(me):
    return [
        share
        for share in _all(ledgers.SHARES)(me)
        if not me.members(share.group, ledgers.SNAPSHOTS)
    ]


def _has_room(me):
    return len(_all(ledgers.GROUPS)(me)) < MOST_GROUPS


def _groups_to_copy(me):
    return _all(ledgers.GROUPS)(me) if _has_room(me) else []


def _snapshots_to_clone(me):
    return _all(ledgers.SNAPSHOTS)(me) if _has_room(me) else []


def _may_back_up(me):
    return me.has_backups and len(_all(ledgers.BACKUPS)(me)) < MOST_BACKUPS


def _groups_to_back_up(me):
    return _all(ledgers.GROUPS)(me) if _may_back_up(me) else []


def _snapshots_to_back_up(me):
    return _all(ledgers.SNAPSHOTS)(me) if _may_back_up(me) else []


def _backups_to_rebuild(me):
    return _all(ledgers.BACKUPS)(me) if _has_room(me) else []


ACTIONS = (
    client.Action(
        9, actions.create_share, _groups_with_fewer('shares', MOST_SHARES)
    ),
    client.Action(5, actions.create_snapshot, _groups_with_shares),
    client.Action(2, actions.clone, _snapshots_to_clone),
    client.Action(2, actions.copy, _groups_to_copy),
    client.Action(6, actions.revert, _all(ledgers.SNAPSHOTS)),
    client.Action(3, actions.delete, _all(ledgers.SNAPSHOTS)),
    client.Action(5, actions.create_backup, _groups_to_back_up),
    client.Action(2, actions.create_backup_of_snapshot, _snapshots_to_back_up),
    client.Action(2, actions.rebuild, _backups_to_rebuild),
    client.Action(5, actions.restore, _all(ledgers.BACKUPS)),
    client.Action(4, actions.delete, _all(ledgers.BACKUPS)),
    client.Action(4, actions.delete, _free_shares),
    client.Action(6, actions.delete, _empty_groups),
    client.Action(2, actions.extend, _all(ledgers.SHARES)),
    client.Action(2, actions.allow, _all(ledgers.SHARES)),
    # Most of these are refused, or come while something else is under way.
    client.Action(1, actions.delete, lambda me: me.things),
    client.Action(1, actions.force_delete, lambda me: me.things),
)


class Client(threading.Thread):
    """Does one thing after another until it is told to end.

    :param number: of the client; together with the seed it makes what is done
    :param session: of a user of its own
    :param ledger: of all clients
    :param ended: when to end
    :param has_backups: whether share groups can be backed up
    """

    def __init__(
        self, number, seed, session, ledger, findings, ended, has_backups
    ):
        super().__init__(name=f'client {number}', daemon=True)
        self.random = random.Random(f'{seed} {number}')
        self.session = session
        self.ledger = ledger
        self.things = []
        self.has_backups = has_backups
        self._findings = findings
        self._ended = ended

    def members(self, group, kind=None) -> list:
        """What is in a group, as far as the client knows."""
        return [
            one
            for one in self.things
            if one.group is group and kind in (None, one.kind)
        ]

    def unexpected(self, what, text) -> None:
        """Note a refusal that no race explains."""
        self._findings.add('unexpected refusals', f'{what}: {text}')

    def forget(self, thing) -> None:
        """Do nothing more with what is gone, and what was in it."""
        gone = {thing, *self.members(thing)}
        self.things = [one for one in self.things if one not in gone]

    def run(self):
        """Do one thing after another."""
        try:
            while not self._ended.is_set():
                self._do()
        except Exception as error:
            self._findings.add('failed clients', f'{self.name}: {error!r}')
            raise

    def _do(self):
        try:
            thing = self._act()
            if (
                thing is not None
                and thing.id is not None
                and self.random.random() < WAITS
                and self.session.settled(thing.path, self._ended) is None
            ):
                self.forget(thing)
        except sessions.UnexpectedAnswer:
            # It has been noted.
            self._ended.wait(1)

    def _act(self):
        if _has_room(self) and self.random.random() < 0.2:
            return actions.create_group(self)
        weights = [action.weight for action in ACTIONS]
        (action,) = self.random.choices(ACTIONS, weights)
        found = action.on(self)
        if not found:
            return None
        return action.call(self, self.random.choice(found))

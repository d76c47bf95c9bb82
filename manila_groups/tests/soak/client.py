# SPDX-License-Identifier: Apache-2.0
"""A user of the service, who does one thing after another."""

from collections.abc import Callable
import dataclasses
import random
import threading
import time

from manila_groups.tests.soak import administration
from manila_groups.tests.soak import backups
from manila_groups.tests.soak import groups
from manila_groups.tests.soak import refusals
from manila_groups.tests.soak import session as sessions
from manila_groups.tests.soak import shares
from manila_groups.tests.soak import snapshots

#: How many of each a client has, about.
MOST_GROUPS = 6
MOST_SHARES = 5
MOST_SNAPSHOTS = 2
MOST_BACKUPS = 3


def _groups(me):
    return me.groups


def _roomy_groups(me):
    return [one for one in me.groups if len(one.shares) < MOST_SHARES]


def _groups_to_snapshot(me):
    return [
        one
        for one in me.groups
        if one.shares and len(one.snapshots) < MOST_SNAPSHOTS
    ]


def _shares(me):
    return [share for group in me.groups for share in group.shares]


def _free_shares(me):
    return [share for share in _shares(me) if not share.group.snapshots]


def _snapshots(me):
    return [one for group in me.groups for one in group.snapshots]


def _groups_to_copy(me):
    return me.groups if len(me.groups) < MOST_GROUPS else []


def _snapshots_to_clone(me):
    return _snapshots(me) if len(me.groups) < MOST_GROUPS else []


def _may_back_up(me):
    return me.setting.has_backups and len(me.backups) < MOST_BACKUPS


def _groups_to_back_up(me):
    return me.groups if _may_back_up(me) else []


def _snapshots_to_back_up(me):
    return _snapshots(me) if _may_back_up(me) else []


def _backups(me):
    return me.backups


def _backups_to_restore(me):
    return [
        one
        for one in me.backups
        if one.group in me.groups
        and {share.id for share in one.group.shares} == {*one.sizes}
    ]


def _backups_to_rebuild(me):
    return me.backups if len(me.groups) < MOST_GROUPS else []


@dataclasses.dataclass(frozen=True, slots=True)
class Action:
    """Something to do.

    :ivar weight: how often, compared with the others
    :ivar call: with the client, and one of what ``on`` finds
    """

    weight: int
    call: Callable
    on: Callable | None = None


ACTIONS = (
    Action(8, groups.show, _groups),
    Action(6, groups.read_list),
    Action(4, groups.update, _groups),
    Action(4, groups.delete, _groups),
    Action(2, groups.clone, _snapshots_to_clone),
    Action(2, groups.copy, _groups_to_copy),
    Action(2, groups.revert, _snapshots),
    Action(1, groups.fail),
    Action(6, shares.create, _roomy_groups),
    Action(6, shares.show, _shares),
    Action(3, shares.read_list),
    Action(2, shares.update, _shares),
    Action(3, shares.extend, _shares),
    Action(3, shares.shrink, _shares),
    Action(3, shares.allow, _shares),
    Action(2, shares.deny, _shares),
    Action(3, shares.delete, _free_shares),
    Action(3, snapshots.create, _groups_to_snapshot),
    Action(2, snapshots.update, _snapshots),
    Action(2, snapshots.read_list),
    Action(2, snapshots.delete, _snapshots),
    Action(1, backups.create, _groups_to_back_up),
    Action(1, backups.create_from_snapshot, _snapshots_to_back_up),
    Action(1, backups.restore, _backups_to_restore),
    Action(1, groups.rebuild, _backups_to_rebuild),
    Action(1, backups.update, _backups),
    Action(1, backups.read_list, _backups),
    Action(1, backups.delete, _backups),
    Action(1, administration.use_types),
    Action(1, administration.use_quotas),
    Action(1, administration.look),
    Action(6, refusals.send),
)


class Client(threading.Thread):
    """Uses the service until it is told to end, and then cleans up.

    :param number: of the client; together with the seed it makes what is done
    :param session: of a user of its own
    :param setting: the types that there are
    :param tally: of times
    :param ended: when to end
    :cvar actions: what it does
    """

    actions = ACTIONS

    def __init__(self, number, seed, session, setting, findings, tally, ended):
        super().__init__(name=f'client {number}', daemon=True)
        self.random = random.Random(f'{seed} {number}')
        self.session = session
        self.setting = setting
        self.groups = []
        self.backups = []
        self._findings = findings
        self._tally = tally
        self._ended = ended

    def check(self, is_right, text) -> None:
        """Note what is not right."""
        if not is_right:
            self._findings.add('wrong contents', text[:600])

    def took(self, what, begun) -> None:
        """Note how long something has taken.

        :param begun: when it began, by the monotonic clock
        """
        self._tally.took(what, time.monotonic() - begun)

    def run(self):
        """Do one thing after another."""
        try:
            while not self._ended.is_set():
                self._try(*self._choose())
            for group in list(self.groups):
                self._try(groups.delete, self, group)
            for backup in list(self.backups):
                self._try(backups.delete, self, backup)
        except Exception as error:
            self._findings.add('failed clients', f'{self.name}: {error!r}')
            raise

    def _try(self, call, *args):
        try:
            call(*args)
        except sessions.UnexpectedAnswer:
            # It has been noted; a service that is down is not asked faster.
            self._ended.wait(1)

    def _choose(self):
        if len(self.groups) < MOST_GROUPS and self.random.random() < 0.1:
            return groups.create, self
        weights = [action.weight for action in self.actions]
        while True:
            (action,) = self.random.choices(self.actions, weights)
            if action.on is None:
                return action.call, self
            found = action.on(self)
            if found:
                return action.call, self, self.random.choice(found)

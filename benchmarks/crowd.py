# SPDX-License-Identifier: Apache-2.0
"""Clients that create or delete many share groups at once."""

from collections.abc import Callable
from concurrent import futures
import dataclasses
import threading
import time

from manila_groups.tests.soak import session as sessions

#: Seconds: what takes longer is told; what has not ended after so many, in
#: which nothing else has ended, is not waited for.
LONG = 10
PATIENCE = 60

#: Seconds between two looks at what is in transition, while requests are
#: sent, which the looks should not disturb, and after that.
PAUSE = 0.25
SHORT_PAUSE = 0.05

#: Groups in one page of a list.  No more than these may be in transition at
#: once: what comes and goes between two pages is missed.
PAGE = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    :ivar name: of many of them
    :ivar during: the status of a group until what was asked for is done
    :ivar send: sends one, with a session and what it is for; returns the
        group's id
    :ivar failed: finds, with a session and the ids of groups, those for which
        it has not been done
    """

    name: str
    during: str
    send: Callable
    failed: Callable


def groups(session, query: str = '') -> set[str]:
    """List the ids of the groups that a query finds."""
    found = set()
    while True:
        path = f'/share-groups?limit={PAGE}&offset={len(found)}&{query}'
        page = session.ask('GET', path)['share_groups']
        found.update(one['id'] for one in page)
        if len(page) < PAGE:
            return found


def _create(session, number):
    body = {'share_group': {'name': f'benchmark-{number}'}}
    return session.ask('POST', '/share-groups', body, 202)['share_group']['id']


def _delete(session, group_id):
    session.ask('DELETE', f'/share-groups/{group_id}', expect=202)
    return group_id


def _not_available(session, ids):
    return set(ids) - groups(session, 'status=available')


def _not_gone(session, ids):
    return groups(session) & set(ids)


CREATION = Kind('creations', 'creating', _create, _not_available)
DELETION = Kind('deletions', 'deleting', _delete, _not_gone)


class Crowd:
    """Clients that send requests of one kind at once.

    :param most: how many groups may be in transition at once: 1 to PAGE
    :param tell: called with how many requests have ended, again and again
    :ivar ids: of the groups of all requests that were accepted
    :ivar seconds: from each request to the end of what it asked for
    :ivar sent: seconds until the last request was answered
    :ivar took: seconds until all was done
    """

    def __init__(self, session, kind: Kind, clients: int, most: int, tell):
        self._session = session
        self._kind = kind
        self._clients = clients
        self._room = threading.Semaphore(most)
        self._tell = tell
        self._lock = threading.Lock()
        self._in_transition = {}
        self._refused = 0
        self._has_given_up = False
        self.ids = []
        self.seconds = []

    def run(self, items) -> None:
        """Send a request for each item, and wait until all is done.

        :param items: a sequence of what the kind's requests are for
        """
        begin = time.monotonic()
        with futures.ThreadPoolExecutor(self._clients) as clients:
            sending = [
                clients.submit(self._send_all, items[number :: self._clients])
                for number in range(self._clients)
            ]
            self._watch(sending, begin)
        for one in sending:
            one.result()
        self.took = time.monotonic() - begin

    def _send_all(self, items):
        for item in items:
            self._room.acquire()
            if self._has_given_up:
                return
            self._send(item)

    def _send(self, item):
        begin = time.monotonic()
        try:
            group_id = self._kind.send(self._session, item)
        except sessions.UnexpectedAnswer:
            self._room.release()
            with self._lock:
                self._refused += 1
            return
        with self._lock:
            self.ids.append(group_id)
            self._in_transition[group_id] = begin

    def _watch(self, sending, begin):
        """Look what has ended until all has, or nothing does any more."""
        last = time.monotonic()
        while futures.wait(sending, PAUSE).not_done:
            last = self._look(last)
        self.sent = time.monotonic() - begin
        while self._in_transition and not self._has_given_up:
            last = self._look(last)
            time.sleep(SHORT_PAUSE)

    def _look(self, last):
        """Note what has ended; returns when something has for the last time.

        :param last: the same, as known so far
        """
        with self._lock:
            known = set(self._in_transition)
        ended = self._find_ended(known)
        now = time.monotonic()
        for group_id in ended:
            self._end(group_id, now)
        self._tell(len(self.seconds) + self._refused)
        if ended or not known:
            return now
        if now - last > PATIENCE:
            self._give_up()
        return last

    def _find_ended(self, known):
        try:
            return known - groups(self._session, f'status={self._kind.during}')
        except sessions.UnexpectedAnswer:
            # It has been noted; the next look may have an answer.
            return set()

    def _end(self, group_id, now):
        with self._lock:
            begin = self._in_transition.pop(group_id)
        self.seconds.append(now - begin)
        self._room.release()

    def _give_up(self):
        """Let the clients end that wait until they may send more."""
        self._has_given_up = True
        self._room.release(self._clients)

    def judge(self, findings) -> None:
        """Note what has not been done, or took long."""
        name = self._kind.name
        for seconds in sorted(self.seconds, reverse=True):
            if seconds > LONG:
                findings.add(f'slow {name}', f'{seconds:.1f} s')
        for group_id in self._kind.failed(self._session, self.ids):
            path = f'/share-groups/{group_id}'
            _status, _request_id, answer = self._session.try_to('GET', path)
            group = answer.get('share_group', {'status': 'there is none'})
            findings.add(f'failed {name}', f'{group_id}: {group["status"]}')

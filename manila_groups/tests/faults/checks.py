# SPDX-License-Identifier: Apache-2.0
"""What has to hold when nothing goes wrong any more."""

import collections
import re
import time

from manila_groups.backend import payloads
from manila_groups.domain.operations import removing
from manila_groups.tests.faults import driver
from manila_groups.tests.faults import ends
from manila_groups.tests.faults import rows
from manila_groups.tests.faults import session
from manila_groups.tests.faults import stack as stacks
from manila_groups.tests.faults import storage

#: Seconds in which no row may have work left: the deadline of work, and one
#: search for it each by a scheduler and a back end that has just come back.
ROWS = stacks.WORK_DEADLINE + stacks.DOWN_TIME + 10

#: Seconds in which back ends have to clean up: what hangs is waited for.
STORAGE = ROWS + max(driver.SECONDS.values())[1]


class Check:
    """Looks at the database, the back ends and the API.

    :param stack: the service, that nothing is done to any more
    """

    def __init__(self, stack, findings):
        self._stack = stack
        self._findings = findings
        self._database = rows.Database(stack.database.url)

    def wait_for_rest(self) -> float:
        """Wait until no work is left; returns for how many seconds."""
        begin = time.monotonic()
        for seconds, look, kind in (
            (ROWS, self._database.under_way, 'rows under way'),
            (STORAGE, self._database.operations, 'operations not ended'),
        ):
            while (found := look()) and time.monotonic() < begin + seconds:
                time.sleep(0.5)
            if found:
                self._findings.add(kind, f'after {seconds} s: {found}')
        return time.monotonic() - begin

    def judge(self, ledger) -> collections.Counter:
        """Compare all there is.

        :returns: what has become of things, by (kind, end)
        """
        content = self._database.content()
        remembered = collections.defaultdict(set)
        for one in self._database.operations():
            if one.verb == removing.CLEAN_UP:
                # Of a backup, it is the snapshot that was taken for it.
                snapshot_id = payloads.moment_id(one.resource_id)
                remembered[one.runs_at] |= {one.resource_id, snapshot_id}
        for directory in sorted(self._stack.storage.iterdir()):
            host = directory.name
            self._check_storage(directory, host, content, remembered[host])
        self._check_counts(content)
        self._check_repositories()
        self._explain()
        self._check_refused(ledger, content)
        return self._check_ends(ledger, content)

    def _check_storage(self, directory, host, content, remembered):
        held = storage.look(directory)
        found = storage.disagreements(host, held, content, remembered)
        for text in found:
            self._findings.add('rows and back ends disagree', text)
        for text in held.rest:
            self._findings.add('not finished', f'{host}: {text}')

    def _check_counts(self, content):
        for text in rows.wrong_claims(content):
            self._findings.add('wrong claims', text)
        found = self._stack.manage('quota', 'check')
        if found.returncode:
            self._findings.add('wrong usage', found.stdout)

    def _check_repositories(self):
        if self._stack.has_backups:
            found = self._stack.manage('backup', 'check')
            if found.returncode:
                self._findings.add('damaged repositories', found.stdout)

    def _explain(self):
        """Tell what the log says of requests that failed."""
        texts = ' '.join(self._findings.texts(session.SERVER_ERRORS))
        ids = set(re.findall('req-[0-9a-f-]{36}', texts))
        for line in self._stack.logs():
            if ids.intersection(re.findall('req-[0-9a-f-]{36}', line)):
                self._findings.add('logs of server errors', line[:400])

    def _check_refused(self, ledger, content):
        for kind, name in ledger.refused:
            for row in content.things[kind].values():
                if row['name'] == name:
                    self._findings.add('made in spite of a 503', str(row))

    def _check_ends(self, ledger, content):
        ended = collections.Counter()
        for thing in ledger.things:
            row = ends.find(thing, content.things)
            end, is_right = ends.judge(
                thing, row, lambda row_id, thing=thing: _told(thing, row_id)
            )
            ended[thing.kind, end] += 1
            if not is_right:
                self._findings.add(
                    'wrong ends',
                    f'{thing.path} {thing.name}: {end}; creation '
                    f'{thing.creation}, deletion {thing.deletion}',
                )
        return ended


def _told(thing, row_id):
    return bool(thing.owner.look(f'/messages?resource_id={row_id}'))

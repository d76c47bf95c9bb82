# SPDX-License-Identifier: Apache-2.0
"""Watches in which order transactions lock rows."""

import fixtures
import sqlalchemy as sa

#: The one order: see "Transactions and lock order" in the documentation.
ORDER = (
    'share_groups',
    'share_group_snapshots',
    'shares',
    'services',
    'pools',
    'quota_usages',
)
#: Those whose rows are counted in the others.
COUNTED = ORDER[:3]
_KEY = 'manila_groups_lock_order'


class LockOrder(fixtures.Fixture):
    """Fails a test in which a transaction locks rows in another order.

    :param engine: the database's
    :param order: the tables in the order of their locks
    :param counts_last: whether no other row, not even one that is locked
        already, may be locked after one that counts
    :ivar broken: the orders that were seen and should not be
    """

    def __init__(
        self,
        engine: sa.Engine,
        order: tuple[str, ...] = ORDER,
        counts_last: bool = False,
    ):
        self._engine = engine
        self._again = COUNTED if counts_last else ()
        self._order = order
        self.broken = []

    def _setUp(self):
        for name, function in (
            ('begin', self._begin),
            ('before_execute', self._before_execute),
        ):
            sa.event.listen(self._engine, name, function)
            self.addCleanup(sa.event.remove, self._engine, name, function)
        self.addCleanup(self._check)

    def _begin(self, conn):
        conn.info[_KEY] = []

    def _before_execute(self, conn, statement, *_rest):
        seen = conn.info.setdefault(_KEY, [])
        for name in _locks(statement):
            if name not in self._order:
                continue
            if name in self._again and not set(seen) <= set(COUNTED):
                self.broken.append((*seen, name))
            if name not in seen:
                seen.append(name)
                if seen != sorted(seen, key=self._order.index):
                    self.broken.append(tuple(seen))

    def _check(self):
        if self.broken:
            raise AssertionError(f'Locked in another order: {self.broken}')


def _locks(statement):
    """The tables whose rows a statement locks."""
    if isinstance(statement, (sa.Update, sa.Delete)):
        return [statement.table.name]
    for_update = getattr(statement, '_for_update_arg', None) is not None
    froms = statement.get_final_froms() if for_update else []
    return [one.name for one in froms if isinstance(one, sa.Table)]

# SPDX-License-Identifier: Apache-2.0
"""What the domain needs of whoever sends wake-ups."""

from typing import Protocol

from manila_groups import context


class SchedulerClient(Protocol):
    """Wakes schedulers."""

    def place(
        self, ctxt: context.RequestContext, kind: str, row_id: str
    ) -> None:
        """Say that a row waits for a scheduler.

        :param kind: the kind of the row, as in states
        """


class BackendClient(Protocol):
    """Wakes back ends."""

    def work(
        self, ctxt: context.RequestContext, pool: str, kind: str, row_id: str
    ) -> None:
        """Say that a row waits for its back end.

        :param pool: host@backend#pool
        :param kind: the kind of the row, as in states
        """

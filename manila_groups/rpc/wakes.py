# SPDX-License-Identifier: Apache-2.0
"""Wake-ups to whoever has to look at their queue."""

from manila_groups.rpc import backend
from manila_groups.rpc import scheduler
from manila_groups.rpc import wake as wakes


class Wakes:
    """Wakes schedulers and back ends.

    :raises ConfigurationError: see rpc.Client
    """

    def __init__(self, transport):
        self._scheduler = scheduler.SchedulerAPI(transport)
        self._backends = backend.BackendAPI(transport)

    def wake(self, wake: wakes.Wake) -> None:
        """Let somebody look at their queue soon."""
        if wake.place == wakes.SCHEDULERS:
            self._scheduler.wake(wake)
        else:
            self._backends.wake(wake)

    def check_broker(self, patience: float) -> None:
        """Check that messages leave.

        :param patience: seconds for which a message may wait; 0 for any time
        :raises ServiceUnavailable: a message waits longer
        """
        for one in (self._scheduler, self._backends):
            one.check_broker(patience)

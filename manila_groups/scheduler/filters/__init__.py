# SPDX-License-Identifier: Apache-2.0
"""Filters say which pools may not have a share group, and why.

A filter is a plug-in: a class under an entry point of the namespace
``manila_groups.scheduler.filters``, whose name the operator lists in
``[scheduler] enabled_filters``.
"""

import abc
from collections.abc import Callable

from oslo_config import cfg

from manila_groups.scheduler import placement

#: Gives a verdict on a pool: None lets it pass.
Judge = Callable[[placement.Pool], placement.Refusal | None]


class Filter(abc.ABC):
    """One reason why a pool may not have a share group.

    One object serves all requests, of several threads at once: what belongs
    to one request lives in what :meth:`prepare` returns.

    :cvar name: that of the filter's entry point
    :param conf: the service's configuration, with all options registered
    """

    name: str

    def __init__(self, conf: cfg.ConfigOpts):
        self.conf = conf

    @abc.abstractmethod
    def prepare(self, request: placement.Request) -> Judge:
        """Return the function that judges each pool for this request.

        What depends on the request alone is best done here, once: the
        returned function is called for every pool, and must be pure.
        """

# SPDX-License-Identifier: Apache-2.0
"""Filters refuse pools for a share group, and say why.

A filter is a plug-in: a class with an entry point in the namespace
``manila_groups.scheduler.filters``. The operator lists its name in
``[scheduler] enabled_filters``.
"""

import abc
from collections.abc import Callable

from oslo_config import cfg

from manila_groups.scheduler import model

#: Judges a pool: None means that it passes.
Judge = Callable[[model.Pool], model.Refusal | None]


class Filter(abc.ABC):
    """One criterion by which pools are refused.

    One object serves all requests, from several threads at once: the state of
    one request belongs in the function that :meth:`prepare` returns.

    :cvar name: that of the filter's entry point
    :param conf: the service's configuration, with all options registered
    """

    name: str

    def __init__(self, conf: cfg.ConfigOpts):
        self.conf = conf

    @abc.abstractmethod
    def prepare(self, request: model.Request) -> Judge:
        """Return the function that judges each pool for this request.

        Do here, once, what depends on the request alone: the returned function
        is called for every pool, and must be pure.
        """

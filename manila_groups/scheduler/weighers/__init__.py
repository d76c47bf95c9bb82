# SPDX-License-Identifier: Apache-2.0
"""Weighers say which of the pools that fit a share group are better.

A weigher is a plug-in: a class under an entry point of the namespace
``manila_groups.scheduler.weighers``, whose name the operator lists in
``[scheduler] enabled_weighers``.
"""

import abc

from oslo_config import cfg

from manila_groups.scheduler import placement


class Weigher(abc.ABC):
    """One thing that makes a pool better than another.

    :cvar name: that of the weigher's entry point
    :param conf: the service's configuration, with all options registered
    """

    name: str

    def __init__(self, conf: cfg.ConfigOpts):
        self.conf = conf

    @property
    @abc.abstractmethod
    def multiplier(self) -> float:
        """How much this counts beside the other weighers."""

    @abc.abstractmethod
    def weigh(
        self, request: placement.Request, pools: list[placement.Pool]
    ) -> list[float]:
        """Give each pool a finite number, the better the larger.

        The unit does not matter: the numbers are divided by the largest of
        their absolute values before they are multiplied and added up.

        :param pools: those that all filters let pass
        :returns: one number per pool, in the pools' order
        """

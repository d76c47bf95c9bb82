# SPDX-License-Identifier: Apache-2.0
"""Weighers rank the pools that passed the filters.

A weigher is a plug-in: a class with an entry point in the namespace
``manila_groups.scheduler.weighers``. The operator lists its name in
``[scheduler] enabled_weighers``.
"""

import abc

from oslo_config import cfg

from manila_groups.scheduler import model


class Weigher(abc.ABC):
    """One criterion by which a pool is better than another.

    :cvar name: that of the weigher's entry point
    :param conf: the service's configuration, with all options registered
    """

    name: str

    def __init__(self, conf: cfg.ConfigOpts):
        self.conf = conf

    @property
    @abc.abstractmethod
    def multiplier(self) -> float:
        """The factor of this weigher's values in the sum of all weighers."""

    @abc.abstractmethod
    def weigh(
        self, request: model.Request, pools: list[model.Pool]
    ) -> list[float]:
        """Give each pool a finite number; larger is better.

        The unit does not matter: the numbers are divided by the largest of
        their absolute values before they are multiplied and added up.

        :param pools: the pools that passed all filters
        :returns: one number per pool, in the pools' order
        """

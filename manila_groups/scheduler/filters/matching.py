# SPDX-License-Identifier: Apache-2.0
"""What filters that match specs with capabilities have in common."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import functools

from manila_groups.domain.types import specs
from manila_groups.scheduler import filters
from manila_groups.scheduler import model

_Reports = Mapping[str, specs.Reported]


def judge_by(
    wanted: Iterable[specs.Spec],
    reports: Callable[[model.Pool], _Reports],
) -> filters.Judge:
    """Make a function that matches specs with the capabilities of each pool.

    It caches the verdict on each capability's value: pools with equal values
    get the same verdict, which is computed only once.

    :param wanted: the specs; the first one that a pool fails is the reason
    :param reports: returns the capabilities of a pool to match
    """
    unique = list({(one.key, one.value): one for one in wanted}.values())
    names = list(dict.fromkeys(one.name for one in unique))
    checks = [(one, functools.cache(one.accepts)) for one in unique]
    known: dict[tuple, model.Refusal | None] = {}

    def find(reported: _Reports) -> model.Refusal | None:
        for spec, accepts in checks:
            value = reported.get(spec.name)
            if not accepts(value):
                return model.Refusal(spec.asked, spec.found(value))
        return None

    def judge(pool: model.Pool) -> model.Refusal | None:
        reported = reports(pool)
        looked_at = tuple(map(reported.get, names))
        try:
            return known[looked_at]
        except KeyError:
            return known.setdefault(looked_at, find(reported))

    return judge

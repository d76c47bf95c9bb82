# SPDX-License-Identifier: Apache-2.0
"""What the filters that hold specs against capabilities have in common."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import functools

from manila_groups.groups import specs
from manila_groups.scheduler import filters
from manila_groups.scheduler import placement

_Reports = Mapping[str, specs.Reported]


def judge_by(
    wanted: Iterable[specs.Spec],
    reports: Callable[[placement.Pool], _Reports],
) -> filters.Judge:
    """Make a judge who holds specs against what each pool reports.

    Pools that report the same values for the capabilities that the specs
    look at get the same verdict, which is found only once. Where pools differ
    in one capability, at least the verdicts on the others are known.

    :param wanted: the specs; the first that a pool fails is the reason
    :param reports: gives the capabilities of a pool that count here
    """
    unique = list({(one.key, one.value): one for one in wanted}.values())
    names = list(dict.fromkeys(one.name for one in unique))
    checks = [(one, functools.cache(one.accepts)) for one in unique]
    known: dict[tuple, placement.Refusal | None] = {}

    def find(reported: _Reports) -> placement.Refusal | None:
        for spec, accepts in checks:
            value = reported.get(spec.name)
            if not accepts(value):
                return placement.Refusal(spec.asked, spec.found(value))
        return None

    def judge(pool: placement.Pool) -> placement.Refusal | None:
        reported = reports(pool)
        looked_at = tuple(map(reported.get, names))
        try:
            return known[looked_at]
        except KeyError:
            return known.setdefault(looked_at, find(reported))

    return judge

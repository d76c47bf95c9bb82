# SPDX-License-Identifier: Apache-2.0
"""What schemathesis is told of the service, and what it tells of the run.

Importing this registers its hooks, which are those of the whole process.
"""

import collections
import time

import schemathesis

from manila_groups.tests.fuzz import contract

#: After so many requests, there is something new to find.
_RENEWED_EACH = 150

_TOLD_EACH = 1000


class Run:
    """What is known while requests are made.

    :ivar things: what there is in the service
    :ivar population: makes more of it
    :ivar answers: how many answers had which status, by operation
    :ivar excused: how many failures the contract explains, by the reason
    """

    def __init__(self):
        self.things = None
        self.population = None
        self.answers = collections.defaultdict(collections.Counter)
        self.excused = collections.Counter()

    @property
    def requests(self) -> int:
        """How many requests have been answered."""
        return sum(found.total() for found in self.answers.values())


RUN = Run()


def _operation_id(case):
    return case.operation.definition.raw['operationId']


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Let most requests name what there is."""
    if RUN.requests % _RENEWED_EACH == 0:
        RUN.population.renew()
    token = repr((case.path_parameters, case.query, case.body))
    _name_in(case.path_parameters, case, token)
    if case.meta is None or case.meta.generation.mode.is_positive:
        _name_in(case.query, case, token)
        _name_in(case.body, case, token)
        _name_key_of_path(case)


def _name_in(found, case, token):
    if not isinstance(found, dict):
        return
    for name, value in found.items():
        if isinstance(value, dict):
            _name_in(value, case, token)
        elif isinstance(value, str):
            found[name] = _often(value, name, case, token)
        elif isinstance(value, list):
            found[name] = [
                _often(one, name, case, token) if isinstance(one, str) else one
                for one in value
            ]


def _often(value, name, case, token):
    return RUN.things.often(value, name, case.operation.path, token)


def _name_key_of_path(case):
    """A body that changes one key has to name that of the path."""
    body, key = case.body, (case.path_parameters or {}).get('key')
    if key is None or not isinstance(body, dict):
        return
    if _operation_id(case) == 'shares.update_metadata':
        (body,) = body.values()
    value = next(iter(body.values()), 'False')
    body.clear()
    body[key] = value


@schemathesis.hook
def after_call(_context, case, response):
    """Count the answers, and show that there is something to count."""
    RUN.answers[_operation_id(case)][response.status_code] += 1
    if RUN.requests % _TOLD_EACH == 0:
        print(time.strftime('%X'), RUN.requests, 'requests', flush=True)


@schemathesis.hook
def filter_failure(_context, failure, case, response):
    """Leave out what the contract demands."""
    reason = contract.explain(
        type(failure).__name__, _operation_id(case), response
    )
    if reason is not None:
        RUN.excused[reason] += 1
    return reason is None

# SPDX-License-Identifier: Apache-2.0
"""What the contract demands where a check of schemathesis asks for other.

A schema says what a field may be by itself.  Where a request is refused for
what there is in the database, or for how its fields go together, schemathesis
sees data that fit the schema, and the status 400.
"""

import dataclasses
import re

from manila_groups.api import microversions


@dataclasses.dataclass(frozen=True)
class Excuse:
    """Failures of one check that are none.

    :ivar check: the failure's class
    :ivar operations: a pattern of their ids in the document
    :ivar status: of the answer
    :ivar message: a pattern of the answer's body
    :ivar reason: what the contract says, or why no schema can
    """

    check: str
    operations: str
    status: int
    message: str
    reason: str


_ANY = r'[\w.]+'
#: What an empty body is to schemathesis.
_NO_BODY = ('MissingContentType', 'MalformedJson')
_REJECTED = 'RejectedPositiveData'

#: Without a microversion the oldest one is used, and without a version of
#: share-groups none; the answer is as another document says.
_BY_VERSION = (
    'JsonSchemaError',
    'MissingHeaderNotRejected',
    'UndefinedStatusCode',
)
_NEWEST = microversions.answer(
    {microversions.STANDARD_HEADER: ''}, microversions.NEWEST
)

TABLE = (
    Excuse(
        _REJECTED,
        _ANY,
        400,
        'there is no |none is given|none are given|has been deleted|nor the '
        'id of a row',
        'an unknown thing in a body or a query is answered with 400',
    ),
    Excuse(
        _REJECTED,
        _ANY,
        400,
        'is given twice|is given as|be given together|be given with it|names '
        'no limit|At least one|exactly one of|name different rows|default '
        'subnets',
        'a rule between fields',
    ),
    Excuse(
        _REJECTED,
        r'.*\.(update(_spec|_metadata)?|create_subnet)',
        400,
        'must have the key|is not the (project|share network) in the path',
        'the body names what the path names',
    ),
    Excuse(
        _REJECTED,
        r'(reference\.)?(share(_group)?s\.create|placements\.place_\w+)',
        400,
        'is not (one of )?the |must not be given because'
        '|of the share types is|has no subnet|the same value of|of the '
        'share group|share type (requires|allows)',
        'what the share type, the group type, the group or the snapshot needs',
    ),
    Excuse(
        _REJECTED,
        r'shares\.(create|action)|share_access\.update|placements\.place_share',
        400,
        r'has the (status|state) \w+; |has a rule for|GiB is |has not '
        'been placed',
        'a change that the state of the share or the group does not allow',
    ),
    Excuse(
        _REJECTED,
        r'(reference\.)?share_groups\.action',
        400,
        'has no share group snapshot|cannot revert it',
        'a group is reverted to a snapshot of its own, where its back end can',
    ),
    Excuse(
        _REJECTED,
        r'share_group_backups\.(create|action|import_record)',
        400,
        'cannot back it up|cannot restore backups|to another project|does not '
        'know its share group|No back end that can',
        'a group is backed up and restored within its project, where its back '
        'end can',
    ),
    Excuse(
        _REJECTED,
        r'(reference\.)?backup_policies\.update',
        400,
        'is due every',
        'a schedule that is due too often',
    ),
    Excuse(
        _REJECTED,
        r'shares\.delete',
        400,
        'is not the share group of|is required because the share',
        'a member is deleted with the right share_group_id',
    ),
    Excuse(
        _REJECTED,
        r'share(_group)?_types\.delete',
        400,
        'is in use',
        'a type in use is not deleted',
    ),
    Excuse(
        _REJECTED,
        r'quota_sets\.update',
        400,
        'in use|may have|do not have this quota',
        'a limit that does not go with the usage or with the other limits',
    ),
    Excuse(
        _REJECTED,
        _ANY,
        400,
        'is not a mapping such as|is not a time|is not a day|is neither an IP'
        '|is not a regular expression|is not an expression of cron',
        'a form of text that no pattern describes',
    ),
    Excuse(
        _REJECTED,
        _ANY,
        400,
        r'[0-9]\.0 is not',
        'a number with a point is no integer here',
    ),
    Excuse(
        _REJECTED,
        r'[\w.]+\.(create(_subnet)?|action|import_record)',
        422,
        'Idempotency-Key: the key .* belongs to another request',
        'a key belongs to the request that came with it first',
    ),
    Excuse(_REJECTED, _ANY, 413, 'overLimit', 'the quota is used up'),
    Excuse(
        'AcceptedNegativeData',
        _ANY,
        413,
        'body of the request exceeds the limit',
        'a body that is too large is not read',
    ),
    *(
        Excuse(
            check,
            r'share_group_backups\.action',
            202,
            '^$',
            'only some actions are answered with a body: see x-without-body',
        )
        for check in _NO_BODY
    ),
)


def explain(failure: str, operation: str, response) -> str | None:
    """Find out why a failure is none; None when it is one.

    :param failure: its class
    :param operation: its id in the document
    """
    if failure in _BY_VERSION and _is_of_another_version(response):
        return 'the answer has another microversion than the document'
    for row in TABLE:
        if (
            row.check == failure
            and re.fullmatch(row.operations, operation)
            and row.status == response.status_code
            and re.search(row.message, response.text, re.IGNORECASE)
        ):
            return f'{row.check}: {row.reason}'
    return None


def _is_of_another_version(response) -> bool:
    found = {
        name: response.headers.get(name.lower(), [None])[0] for name in _NEWEST
    }
    # What is refused before the dispatcher has no version.
    is_told = found[microversions.HEADER] is not None
    return is_told and found != _NEWEST

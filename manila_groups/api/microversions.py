# SPDX-License-Identifier: Apache-2.0
"""The microversions: their range, and those that have an effect here."""

import functools
import re

from manila_groups import exception

SERVICE_TYPE = 'shared-file-system'
HEADER = 'X-OpenStack-Manila-API-Version'
STANDARD_HEADER = 'OpenStack-API-Version'
EXPERIMENTAL_HEADER = 'X-OpenStack-Manila-API-Experimental'

#: The response header that tells caches on which headers it depends.
VARY = {'Vary': f'{HEADER}, {STANDARD_HEADER}'}

#: The date and the changes of each microversion, oldest first.  The
#: documentation prints this table.  Methods, fields and filters name the
#: version that introduced them.
HISTORY = (
    (
        '2.31',
        '2026-11-21',
        'Share groups, share group snapshots and share group types, as '
        'experimental resources.',
    ),
    ('2.32', '2026-11-22', 'Shares have mount_snapshot_support.'),
    (
        '2.33',
        '2026-11-22',
        'Access rules of shares have created_at and updated_at.',
    ),
    (
        '2.34',
        '2026-11-21',
        'Share groups have availability_zone and consistent_snapshot_support.',
    ),
    (
        '2.35',
        '2026-11-22',
        'Shares can be filtered by the id or the path of an export location.',
    ),
    (
        '2.36',
        '2026-11-21',
        'Shares, share groups, their snapshots and share networks can be '
        'filtered by a part of their name or description (name~ and '
        'description~).',
    ),
    ('2.37', '2026-11-21', 'User messages.'),
    ('2.39', '2026-11-22', 'Quotas of share types.'),
    (
        '2.40',
        '2026-11-22',
        'Quotas of share groups and of share group snapshots.',
    ),
    ('2.41', '2026-11-21', 'Share types have a description.'),
    (
        '2.42',
        '2026-11-22',
        'Lists of shares can have the total count (with_count).',
    ),
    ('2.43', '2026-11-21', 'Share types can be filtered by extra_specs.'),
    (
        '2.45',
        '2026-11-22',
        'Access rules of shares have metadata, and paths of their own.',
    ),
    (
        '2.46',
        '2026-11-21',
        'Share types and share group types have is_default.',
    ),
    ('2.50', '2026-11-21', 'Share types can be changed.'),
    (
        '2.51',
        '2026-11-22',
        'Share networks have subnets, with the fields from Neutron.',
    ),
    (
        '2.52',
        '2026-11-21',
        'User messages can be filtered by the time of their creation.',
    ),
    (
        '2.53',
        '2026-11-22',
        'Quota sets have share_replicas and replica_gigabytes, which are '
        'unlimited and unused.',
    ),
    ('2.54', '2026-11-22', 'Shares have progress.'),
    (
        '2.55',
        '2026-11-21',
        'Share groups, share group snapshots and share group types are no '
        'longer experimental.',
    ),
    (
        '2.58',
        '2026-11-22',
        'Limits include share groups and share group snapshots.',
    ),
    ('2.62', '2026-11-22', 'Quotas of the size of one share.'),
    (
        '2.63',
        '2026-11-22',
        'Share networks have status and security_service_update_support.',
    ),
    (
        '2.64',
        '2026-11-22',
        'Administrators can extend a share without checking the capacity of '
        'its pool (force).',
    ),
    (
        '2.66',
        '2026-11-21',
        'Share group types can be filtered by group_specs.',
    ),
    (
        '2.69',
        '2026-11-22',
        'Shares have is_soft_deleted, which is false here, and '
        'scheduled_to_be_deleted_at.',
    ),
    (
        '2.70',
        '2026-11-22',
        'Share networks have network_allocation_update_support, and can have '
        'more than one subnet in a zone.',
    ),
    ('2.78', '2026-11-22', 'Subnets of share networks have metadata.'),
    (
        '2.80',
        '2026-11-22',
        'Quota sets have backups and backup_gigabytes, which are not limited '
        'and not used. Shares have source_backup_id, which is null here.',
    ),
    (
        '2.82',
        '2026-11-22',
        'Access rules can be requested with locks, which are refused here; '
        'deny_access accepts unrestrict.',
    ),
    (
        '2.83',
        '2026-11-21',
        'Services have disabled_reason, which can be set when disabling.',
    ),
    (
        '2.84',
        '2026-11-29',
        'Shares can be filtered by mount_point_name, which is never set here.',
    ),
    (
        '2.87',
        '2026-11-22',
        'Export locations have metadata, which is always empty here.',
    ),
    ('2.88', '2026-11-22', 'The level of an access rule can be changed.'),
    (
        '2.90',
        '2026-11-22',
        'Quota sets have encryption_keys, which are not limited and not '
        'used. Shares have encryption_key_ref, which is null here.',
    ),
    ('2.93', '2026-11-21', 'Services have ensuring.'),
    ('2.97', '2026-11-22', 'Shares can be filtered by availability_zone.'),
    (
        '2.99',
        '2026-11-21',
        'Users see snapshot_inherit_share_access_support among the extra '
        'specs of every share type. Shares have it, too.',
    ),
)

_NUMBERS = re.compile(r'(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})')


def parse(text: str) -> tuple[int, int]:
    """Read a microversion such as '2.55'."""
    major, minor = text.split('.')
    return int(major), int(minor)


MIN = parse(HISTORY[0][0])
MAX = parse(HISTORY[-1][0])

#: The date of the newest one, in the format of the list of versions.
UPDATED = f'{HISTORY[-1][1]}T00:00:00Z'


def to_text(version: tuple[int, int]) -> str:
    """Write a microversion as clients do."""
    return '{}.{}'.format(*version)


def requested(headers) -> tuple[int, int]:
    """Find the microversion that a request asks for.

    :param headers: the request's headers
    :returns: the oldest one where the request names none
    :raises Invalid: a header is malformed, or two ask for different versions
    :raises NotAcceptable: it is outside the range
    """
    return _requested(headers.get(STANDARD_HEADER, ''), headers.get(HEADER))


@functools.lru_cache(maxsize=100)
def _requested(standard, own):
    asked = list(_asked(standard, own))
    found = {_read(header, text) for header, _value, text in asked}
    if len(found) > 1:
        both = ' and '.join(f'{header}: {value}' for header, value, _ in asked)
        raise exception.Invalid(
            f'{both:.200} ask for different versions of the API.'
        )
    return found.pop() if found else MIN


def _asked(standard, own):
    """Yield each header with a version, its value and the version."""
    for one in standard.split(','):
        service, *text = one.split(None, 1) or ['']
        if service.lower() == SERVICE_TYPE:
            yield STANDARD_HEADER, one.strip(), ''.join(text).strip()
    if own is not None:
        yield HEADER, own.strip(), own.strip()


def _read(header, text):
    if text == 'latest':
        return MAX
    if not _NUMBERS.fullmatch(text):
        raise exception.Invalid(
            f"{header}: '{text:.50}' is not a microversion; it is two "
            "numbers with a dot between them, or 'latest'."
        )
    version = parse(text)
    if not MIN <= version <= MAX:
        raise exception.NotAcceptable(
            f'Version {text} is not supported by the API. Minimum is '
            f'{to_text(MIN)} and maximum is {to_text(MAX)}.'
        )
    return version


def answer(headers, version: tuple[int, int]) -> dict[str, str]:
    """The response headers with the microversion of a response.

    :param headers: the request's headers
    """
    text = to_text(version)
    found = {HEADER: text}
    if STANDARD_HEADER in headers:
        found[STANDARD_HEADER] = f'{SERVICE_TYPE} {text}'
    return found

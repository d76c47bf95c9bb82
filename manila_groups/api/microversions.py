# SPDX-License-Identifier: Apache-2.0
"""The microversions: the range, and each one that changes something here."""

import re

import microversion_parse

from manila_groups import exception

SERVICE_TYPE = 'shared-file-system'
HEADER = 'X-OpenStack-Manila-API-Version'
STANDARD_HEADER = 'OpenStack-API-Version'
EXPERIMENTAL_HEADER = 'X-OpenStack-Manila-API-Experimental'

#: The header of a response that tells caches what it depends on.
VARY = {'Vary': f'{HEADER}, {STANDARD_HEADER}'}

#: What each microversion changed, oldest first.  The documentation prints
#: this table; a request's version is compared with the same numbers where
#: methods, fields and filters name the version they came with.
HISTORY = (
    (
        '2.31',
        'Share groups, share group snapshots and share group types, as '
        'experimental resources.',
    ),
    ('2.32', 'Shares have mount_snapshot_support.'),
    ('2.33', 'Access rules of shares have created_at and updated_at.'),
    (
        '2.34',
        'Share groups have availability_zone and consistent_snapshot_support.',
    ),
    (
        '2.35',
        'Shares can be filtered by the id or the path of an export location.',
    ),
    (
        '2.36',
        'Shares, share groups, their snapshots and share networks can be '
        'filtered by a part of their name or description (name~ and '
        'description~).',
    ),
    ('2.37', 'User messages.'),
    ('2.39', 'Quotas of share types.'),
    ('2.40', 'Quotas of share groups and of share group snapshots.'),
    ('2.41', 'Share types have a description.'),
    ('2.42', 'Lists of shares tell how many there are (with_count).'),
    ('2.43', 'Share types can be filtered by extra_specs.'),
    (
        '2.45',
        'Access rules of shares have metadata, and paths of their own.',
    ),
    ('2.46', 'Share types and share group types have is_default.'),
    ('2.50', 'Share types can be changed.'),
    (
        '2.51',
        'Share networks have subnets, which hold what came from Neutron.',
    ),
    (
        '2.52',
        'User messages can be filtered by the time of their creation.',
    ),
    (
        '2.53',
        'Quota sets have share_replicas and replica_gigabytes, which are '
        'not limited and not used.',
    ),
    ('2.54', 'Shares have progress.'),
    (
        '2.55',
        'Share groups, share group snapshots and share group types are no '
        'longer experimental.',
    ),
    (
        '2.58',
        'Limits have those of share groups and of share group snapshots.',
    ),
    ('2.62', 'Quotas of the size of one share.'),
    (
        '2.63',
        'Share networks have status and security_service_update_support.',
    ),
    (
        '2.64',
        'Administrators can extend a share whether its pool has room or not '
        '(force).',
    ),
    ('2.66', 'Share group types can be filtered by group_specs.'),
    (
        '2.69',
        'Shares have is_soft_deleted, which is false here, and '
        'scheduled_to_be_deleted_at.',
    ),
    (
        '2.70',
        'Share networks have network_allocation_update_support, and can have '
        'more than one subnet in a zone.',
    ),
    ('2.78', 'Subnets of share networks have metadata.'),
    (
        '2.80',
        'Quota sets have backups and backup_gigabytes, which are not limited '
        'and not used. Shares have source_backup_id, which is null here.',
    ),
    (
        '2.82',
        'Access rules may be asked to be locked, which is refused here; '
        'denying one may be with unrestrict.',
    ),
    ('2.83', 'Services have disabled_reason, which disabling can give.'),
    ('2.87', 'Export locations have metadata, which are empty here.'),
    ('2.88', 'The level of an access rule can be changed.'),
    (
        '2.90',
        'Quota sets have encryption_keys, which are not limited and not '
        'used. Shares have encryption_key_ref, which is null here.',
    ),
    ('2.93', 'Services have ensuring.'),
    ('2.97', 'Shares can be filtered by availability_zone.'),
    (
        '2.99',
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


def to_text(version: tuple[int, int]) -> str:
    """Write a microversion as clients do."""
    return '{}.{}'.format(*version)


def requested(headers) -> tuple[int, int]:
    """Find the microversion that a request asks for.

    :param headers: the request's headers
    :returns: the oldest one where the request names none
    :raises Invalid: the header is malformed
    :raises NotAcceptable: it is outside the range
    """
    header, found = _named(headers)
    if found is None:
        return MIN
    if found == 'latest':
        return MAX
    if not _NUMBERS.fullmatch(found):
        raise exception.Invalid(
            f"{header}: '{found:.50}' is not a microversion; it is two "
            "numbers with a dot between them, or 'latest'."
        )
    version = parse(found)
    if not MIN <= version <= MAX:
        raise exception.NotAcceptable(
            f'Version {found} is not supported by the API. Minimum is '
            f'{to_text(MIN)} and maximum is {to_text(MAX)}.'
        )
    return version


def _named(headers):
    """Give the header that counts, and the version it names, or None."""
    standard = headers.get(STANDARD_HEADER, '')
    found = microversion_parse.get_version(
        {STANDARD_HEADER: standard}, SERVICE_TYPE
    )
    if found is not None:
        return STANDARD_HEADER, found
    if SERVICE_TYPE in [one.strip() for one in standard.lower().split(',')]:
        return STANDARD_HEADER, ''
    own = headers.get(HEADER)
    return HEADER, own if own is None else own.strip()


def answer(headers, version: tuple[int, int]) -> dict[str, str]:
    """The headers that tell which microversion a response has.

    :param headers: the request's headers
    """
    text = to_text(version)
    found = {HEADER: text}
    if STANDARD_HEADER in headers:
        found[STANDARD_HEADER] = f'{SERVICE_TYPE} {text}'
    return found

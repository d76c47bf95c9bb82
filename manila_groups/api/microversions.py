# SPDX-License-Identifier: Apache-2.0
"""The versions of the API: their ranges, and those that have an effect here.

There are two axes.  Microversions are those of the Shared File System API.
What only this service has is on the axis ``share-groups``, and does not exist
for requests that do not ask for it.
"""

import dataclasses
import functools
import re

from manila_groups import exception

SERVICE_TYPE = 'shared-file-system'
#: The name of the second axis.
SHARE_GROUPS = 'share-groups'
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
        'Quota sets have backups and backup_gigabytes, which are those of '
        'share groups. Shares have source_backup_id, which is null here.',
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

#: The same for the axis share-groups.
SHARE_GROUPS_HISTORY = (
    ('1.0', '2026-11-30', 'The axis itself.'),
    (
        '1.1',
        '2026-11-30',
        'Share group types can be changed. They have description and '
        'updated_at.',
    ),
    (
        '1.2',
        '2026-11-30',
        'What is at work on a share group, and what has failed last.',
    ),
    ('1.3', '2026-11-30', 'Where a share group or a share would go.'),
    (
        '1.4',
        '2026-11-30',
        'A share group is created as a copy of another one, as it is now.',
    ),
    (
        '1.5',
        '2026-11-30',
        'A share group is reverted to a share group snapshot.',
    ),
    (
        '1.6',
        '2026-11-30',
        'Scheduler hints: share groups and shares that are to be on the same '
        'back end, or on different ones.',
    ),
    (
        '1.7',
        '2026-11-30',
        'Backups of share groups, and their quotas.',
    ),
    (
        '1.8',
        '2026-11-30',
        'Records of share group backups, with which they are imported again.',
    ),
    (
        '1.9',
        '2026-11-30',
        'Backup policies: share groups that are backed up by a schedule.',
    ),
)

_NUMBERS = re.compile(r'(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})')


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """A version of the API, on both axes.

    :ivar number: the microversion, (major, minor)
    :ivar groups: the version on the axis share-groups; (0, 0) without it
    """

    number: tuple[int, int]
    groups: tuple[int, int] = (0, 0)

    @property
    def is_on_axis(self) -> bool:
        """Whether it names a version of share-groups."""
        return self.groups != (0, 0)

    def has(self, since: 'Version') -> bool:
        """Tell whether it has what another one has introduced."""
        return since.number <= self.number and since.groups <= self.groups


def _numbers(text):
    major, minor = text.split('.')
    return int(major), int(minor)


#: The oldest microversion that requests on the axis share-groups may use: the
#: first one in which share groups are not experimental.
_SHARE_GROUPS_FROM = (2, 55)


def parse(text: str) -> Version:
    """Read a version such as '2.55', or 'share-groups 1.0'."""
    axis, _, numbers = text.rpartition(' ')
    if not axis:
        return Version(_numbers(numbers))
    if axis != SHARE_GROUPS:
        raise ValueError(text)
    return Version(_SHARE_GROUPS_FROM, _numbers(numbers))


MIN = parse(HISTORY[0][0])
MAX = parse(HISTORY[-1][0])
_MIN_GROUPS = _numbers(SHARE_GROUPS_HISTORY[0][0])
_MAX_GROUPS = _numbers(SHARE_GROUPS_HISTORY[-1][0])

#: The newest version on both axes.
NEWEST = Version(MAX.number, _MAX_GROUPS)

#: The date of the newest microversion, in the format of the list of versions;
#: and that of the newest version on the axis share-groups.
UPDATED = f'{HISTORY[-1][1]}T00:00:00Z'
SHARE_GROUPS_UPDATED = f'{SHARE_GROUPS_HISTORY[-1][1]}T00:00:00Z'


def _dotted(numbers):
    return '{}.{}'.format(*numbers)


def to_text(version: Version) -> str:
    """Write a version as HISTORY does: see parse."""
    if version.is_on_axis:
        return f'{SHARE_GROUPS} {_dotted(version.groups)}'
    return _dotted(version.number)


def requested(headers) -> Version:
    """Find the version that a request asks for.

    :param headers: the request's headers
    :returns: the oldest microversion where the request names none
    :raises Invalid: a header is malformed, or two ask for different versions
    :raises NotAcceptable: it is outside the range
    """
    return _requested(headers.get(STANDARD_HEADER, ''), headers.get(HEADER))


@functools.lru_cache(maxsize=100)
def _requested(standard, own):
    asked = list(_entries(standard, SERVICE_TYPE))
    if own is not None:
        asked.append((HEADER, own.strip(), own.strip()))
    number = _agreed(asked, MIN.number, MAX.number) or MIN.number
    asked = list(_entries(standard, SHARE_GROUPS))
    groups = _agreed(asked, _MIN_GROUPS, _MAX_GROUPS, f'{SHARE_GROUPS} ')
    if groups is None:
        return Version(number)
    if number < _SHARE_GROUPS_FROM:
        raise exception.Invalid(
            f'{STANDARD_HEADER}: {SHARE_GROUPS} requires version '
            f'{_dotted(_SHARE_GROUPS_FROM)} of the API or later; the request '
            f'asks for {_dotted(number)}.'
        )
    return Version(number, groups)


def _entries(standard, wanted):
    """Yield each entry of a service, as (header, value, version)."""
    for one in standard.split(','):
        service, *text = one.split(None, 1) or ['']
        if service.lower() == wanted:
            yield STANDARD_HEADER, one.strip(), ''.join(text).strip()


def _agreed(asked, oldest, newest, axis=''):
    """Read versions that must be the same.

    :returns: None without any
    """
    found = {
        _read(header, text, oldest, newest, axis)
        for header, _value, text in asked
    }
    if len(found) > 1:
        both = ' and '.join(f'{header}: {value}' for header, value, _ in asked)
        raise exception.Invalid(
            f'{both:.200} ask for different versions of the API.'
        )
    return found.pop() if found else None


def _read(header, text, oldest, newest, axis):
    if text == 'latest':
        return newest
    if not _NUMBERS.fullmatch(text):
        raise exception.Invalid(
            f"{header}: '{axis}{text:.50}' is not a microversion; it is two "
            "numbers with a dot between them, or 'latest'."
        )
    version = _numbers(text)
    if not oldest <= version <= newest:
        raise exception.NotAcceptable(
            f'Version {axis}{text} is not supported by the API. Minimum is '
            f'{_dotted(oldest)} and maximum is {_dotted(newest)}.'
        )
    return version


def ask(version: Version) -> dict[str, str]:
    """Return the request headers that ask for a version."""
    found = {HEADER: _dotted(version.number)}
    if version.is_on_axis:
        found[STANDARD_HEADER] = f'{SHARE_GROUPS} {_dotted(version.groups)}'
    return found


def answer(headers, version: Version) -> dict[str, str]:
    """The response headers with the version of a response.

    :param headers: the request's headers
    """
    number = _dotted(version.number)
    found = {HEADER: number}
    if STANDARD_HEADER in headers:
        entries = [f'{SERVICE_TYPE} {number}']
        if version.is_on_axis:
            entries.append(f'{SHARE_GROUPS} {_dotted(version.groups)}')
        found[STANDARD_HEADER] = ', '.join(entries)
    return found

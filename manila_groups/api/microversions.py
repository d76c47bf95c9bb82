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
        'Share groups and share group types, as experimental resources.',
    ),
    (
        '2.34',
        'Share groups have availability_zone and consistent_snapshot_support.',
    ),
    (
        '2.36',
        'Share groups can be filtered by a part of their name or description '
        '(name~ and description~).',
    ),
    ('2.37', 'User messages.'),
    ('2.41', 'Share types have a description.'),
    ('2.43', 'Share types can be filtered by extra_specs.'),
    ('2.46', 'Share types and share group types have is_default.'),
    ('2.50', 'Share types can be changed.'),
    (
        '2.52',
        'User messages can be filtered by the time of their creation.',
    ),
    (
        '2.55',
        'Share groups and share group types are no longer experimental.',
    ),
    ('2.66', 'Share group types can be filtered by group_specs.'),
    ('2.83', 'Services have disabled_reason, which disabling can give.'),
    ('2.93', 'Services have ensuring.'),
    (
        '2.99',
        'Users see snapshot_inherit_share_access_support among the extra '
        'specs of every share type.',
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

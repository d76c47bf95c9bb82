# SPDX-License-Identifier: Apache-2.0
"""Pages of lists: from the query to the next link."""

import re
import urllib.parse

from manila_groups import exception
from manila_groups import paging
from manila_groups.api import parsing

#: A signed number: an error, because as a marker it would surprise clients.
_SIGNED = re.compile('[+-][0-9]+')
_KEYS = ('limit', 'offset', 'marker', 'sort_key', 'sort_dir')


def take(filters: dict, max_limit: int | None) -> paging.Page:
    """Remove the page from a checked query and return it.

    :param filters: the checked query; only the filters remain in it
    :param max_limit: the maximum number of rows of a page; None for no limit
        except the requested one
    :raises Invalid: there are two markers, or the offset is not a number of
        rows
    """
    values = {key: filters.pop(key) for key in _KEYS if key in filters}
    limits = (values.get('limit'), max_limit)
    return paging.Page(
        limit=min(
            (int(limit) for limit in limits if limit is not None),
            default=None,
        ),
        sort_key=values.get('sort_key', 'created_at'),
        descending=values.get('sort_dir', 'desc') == 'desc',
        **_start(values.get('offset', '0'), values.get('marker')),
    )


def _start(offset, marker):
    if _SIGNED.fullmatch(offset):
        raise exception.Invalid(
            f'offset: {offset:.50} is not a number of rows.'
        )
    if not (offset.isascii() and offset.isdigit()):
        # The command line client's --marker arrives here. See the contract,
        # 'Lists'.
        if marker not in (None, offset):
            raise exception.Invalid('offset and marker name different rows.')
        return {'marker': offset, 'marker_as_offset': marker is None}
    if len(offset) > 18:
        raise exception.Invalid('offset: has more than 18 digits.')
    return {'marker': marker, 'offset': int(offset)}


def links(request, key: str, records: list, more: bool) -> dict:
    """The links to the next page in the body of a list; may be empty.

    :param key: the name of the links
    """
    if not (more and records):
        return {}
    query = [
        (name, value)
        for name, value in parsing.read_pairs(request.query_string)
        if name not in ('marker', 'offset')
    ]
    query.append(('marker', records[-1].id))
    href = f'{request.path_url}?{urllib.parse.urlencode(query)}'
    return {key: [{'rel': 'next', 'href': href}]}

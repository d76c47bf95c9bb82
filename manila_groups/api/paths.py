# SPDX-License-Identifier: Apache-2.0
"""Which application a path belongs to, for the paste.deploy file.

Paste's own map merges repeated slashes. Clients rely on this when they add a
path to an endpoint that ends with a slash. After the name of a resource,
however, two slashes are a part of a key, or mean that an id is missing.
"""

import re
from typing import Any

from paste import urlmap

from manila_groups.api import routes

_NAMES = '|'.join(
    sorted({re.escape(path.split('/')[1]) for path, *_ in routes.spelled()})
)
_RESOURCE = re.compile(rf'(/+v2(?:/+[^/]+)??)/+((?:{_NAMES})(?:/.*)?)', re.S)


def tidy(path: str) -> str:
    """Merge repeated slashes up to the name of a resource."""
    found = _RESOURCE.fullmatch(path)
    start, rest = found.groups() if found else (path, None)
    start = re.sub('//+', '/', start)
    return start if rest is None else f'{start}/{rest}'


class Paths(urlmap.URLMap):
    """A WSGI application that dispatches requests by their paths."""

    def normalize_url(self, url: Any, trim: bool = True) -> Any:
        """Keep keys unchanged; otherwise see Paste's method."""
        if trim or not isinstance(url, str):
            return super().normalize_url(url, trim)
        return None, tidy(url)


def factory(loader: Any, global_conf: dict, **local_conf: str) -> Paths:
    """Make the application, for the paste.deploy file."""
    paths = Paths()
    for path, name in local_conf.items():
        paths[urlmap.parse_path_expression(path)] = loader.get_app(
            name, global_conf=global_conf
        )
    return paths

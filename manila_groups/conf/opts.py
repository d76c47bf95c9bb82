# SPDX-License-Identifier: Apache-2.0
"""What oslo-config-generator prints for this service."""

import itertools

from manila_groups import conf
from manila_groups.conf import api
from manila_groups.conf import backend
from manila_groups.conf import backup
from manila_groups.conf import http_basic
from manila_groups.conf import keystone
from manila_groups.conf import messaging
from manila_groups.conf import middleware
from manila_groups.conf import quota
from manila_groups.conf import scheduler
from manila_groups.conf import service
from manila_groups.conf import types


def list_opts() -> list:
    """Name every option of the service: a list of (group, options)."""
    sections = (
        service,
        types,
        api,
        http_basic,
        messaging,
        quota,
        scheduler,
        backend,
        backup,
    )
    own = itertools.chain.from_iterable(
        section.list_opts() for section in sections
    )
    # oslo.messaging does not name these to the generator of samples.
    return [*own, *conf.GLOBAL_MESSAGING_OPTS]


def set_defaults() -> None:
    """Give options of libraries the defaults that they have here."""
    conf.set_library_defaults()
    middleware.set_library_defaults()
    keystone.set_defaults()

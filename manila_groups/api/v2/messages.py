# SPDX-License-Identifier: Apache-2.0
"""The paths below /messages."""

from oslo_utils import timeutils

from manila_groups import exception
from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import messages as schemas
from manila_groups.api.views import messages as views
from manila_groups.groups import messages as domain

since = wsgi.since('2.37')


class Controller:
    """User messages over HTTP.

    :param messages: the domain
    :param max_limit: the most rows of a page
    """

    def __init__(self, messages: domain.Messages, max_limit: int):
        self._messages = messages
        self._max_limit = max_limit

    @since
    @wsgi.policy('message:get_all')
    @wsgi.query(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List the messages that the caller sees."""
        page = paging.take(request.filters, self._max_limit)
        found, more = self._messages.list_page(
            request.context, _read_filters(request.filters), page
        )
        return {
            'messages': views.DETAIL.render_all(found, request),
            **paging.links(request, 'messages_links', found, more),
        }

    @since
    @wsgi.policy('message:get')
    @wsgi.returns(views.ONE)
    def show(self, request, message_id):
        """Show one message."""
        found = self._messages.get(request.context, message_id)
        return {'message': views.DETAIL.render(found, request)}

    @since
    @wsgi.policy('message:delete')
    @wsgi.success(204)
    def delete(self, request, message_id):
        """Delete one message."""
        self._messages.delete(request.context, message_id)


def _read_filters(filters):
    read = {
        schemas.FILTER_ALIASES.get(name, name): value
        for name, value in filters.items()
    }
    if 'all_tenants' in read:
        read['all_tenants'] = schema_base.to_bool(read['all_tenants'])
    for name in schemas.TIMES:
        if name in read:
            read[name] = _read_time(name, read[name])
    for name in ('resource_type', 'message_level'):
        if name in read:
            # Clients' help texts write them in lower case.
            read[name] = read[name].upper()
    return read


def _read_time(name, text):
    try:
        return timeutils.normalize_time(timeutils.parse_isotime(text))
    except (ValueError, OverflowError) as error:
        raise exception.Invalid(
            f"{name}: '{text}' is not a time in ISO 8601."
        ) from error

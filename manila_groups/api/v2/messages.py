# SPDX-License-Identifier: Apache-2.0
"""The paths below /messages."""

from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import messages as schemas
from manila_groups.api.views import messages as views
from manila_groups.domain.messages import api as domain

since = wsgi.since('2.37')


class Controller:
    """User messages over HTTP.

    :param messages: the domain
    :param max_limit: the maximum number of rows of a page
    """

    def __init__(self, messages: domain.Messages, max_limit: int):
        self._messages = messages
        self._max_limit = max_limit

    @since
    @wsgi.policy('message:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List the messages that the caller may see."""
        page = paging.take(request.filters, self._max_limit)
        found, more = self._messages.list_page(
            request.context, request.filters, page
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

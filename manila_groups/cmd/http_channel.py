# SPDX-License-Identifier: Apache-2.0
"""Requests that waitress itself refuses: they get faults, as all others do."""

from waitress import channel
from waitress import parser
from waitress import task
import webob

from manila_groups.api import faults
from manila_groups.api.middleware import request_id


class Parser(parser.HTTPRequestParser):
    """Waitress's, which closes the connection on some bad targets."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line and the headers.

        :raises ParsingError: they cannot be read
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise parser.ParsingError(str(error)) from error


class FaultTask(task.ErrorTask):
    """Answers with a fault, and ends the connection."""

    def execute(self) -> None:
        """Write the answer."""
        error = self.request.error
        fault = faults.response(
            error.code, f'{error.reason}: {error.body:.200}.'
        )
        answer = webob.Request.blank('/').get_response(
            request_id.RequestId(fault)
        )
        self.status = answer.status
        self.response_headers.extend(answer.headerlist)
        self.set_close_on_finish()
        self.write(answer.body)


class Channel(channel.HTTPChannel):
    """A connection."""

    parser_class = Parser
    error_task_class = FaultTask

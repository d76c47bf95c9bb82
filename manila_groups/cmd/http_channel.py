# SPDX-License-Identifier: Apache-2.0
"""Requests that waitress itself refuses: they get faults, as all others do."""

from waitress import channel
from waitress import parser
from waitress import task
import webob

from manila_groups.api import faults
from manila_groups.api.middleware import request_id

#: How what waitress says begins, and what it means; {} is what follows.
_MEANINGS = {
    'exceeds max_header of ': 'The headers exceed the limit of {} bytes.',
    'exceeds max_body of ': 'The body of the request exceeds the limit of {} '
    'bytes.',
    'Content-Length is invalid': 'Content-Length: is not a number of bytes.',
    # Python's int() says this; no other number is read.
    'Exceeds the limit': 'Content-Length: has too many digits.',
    'Transfer-Encoding requested': 'Transfer-Encoding: is not chunked.',
}


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
        fault = faults.response(error.code, _explain(error.body))
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


def _explain(said):
    for beginning, meaning in _MEANINGS.items():
        if said.startswith(beginning):
            return meaning.format(said.removeprefix(beginning))
    return f'The request cannot be read: {said.rstrip("."):.200}.'

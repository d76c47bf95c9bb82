# SPDX-License-Identifier: Apache-2.0
"""One user of the API, who notices every answer that is not expected."""

import http.client
import json
import time

VERSION = '2.90'
#: What only this service has.
SHARE_GROUPS = '1.9'

#: Seconds that one answer may take.
ANSWER = 60

_ENDED = (
    'available',
    'error',
    'error_deleting',
    'reverting_error',
    'backup_restoring_error',
)


class UnexpectedAnswer(Exception):
    """Ends what a client is doing; the finding has been noted."""


class Session:
    """Asks the API as a member of a project, or as an administrator.

    :param port: of the API on this machine
    :param patience: seconds in which anything that is waited for has to be
    """

    def __init__(self, port, project, user, findings, tally, patience):
        self._port = port
        self._patience = patience
        self._findings = findings
        self._tally = tally
        self.project = project
        self.user = user
        self._headers = {
            'X-OpenStack-Manila-API-Version': VERSION,
            'OpenStack-API-Version': f'share-groups {SHARE_GROUPS}',
            'Content-Type': 'application/json',
            'X-Project-Id': project,
            'X-User-Id': user,
        }

    def ask(self, method, path, body=None, expect=200, role='member'):
        """Send one request.

        :param body: what becomes JSON; text is sent as it is
        :param expect: the only status that is right
        :returns: the answer's body
        :raises UnexpectedAnswer: the status is another one
        """
        status, request_id, answer = self.try_to(method, path, body, role)
        if status != expect:
            self._wrong(
                'unexpected answers',
                f'{method} {path}: {status} in place of {expect} '
                f'({request_id}): {answer!s:.300}',
            )
        return answer

    def try_to(self, method, path, body=None, role='member'):
        """Send one request, whose answer may be any.

        :returns: its status, request id and body
        :raises UnexpectedAnswer: there is none, or the service has failed
        """
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        try:
            status, headers, text = self._send(method, path, body, role)
            answer = json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._wrong('no answers', f'{method} {path}: {error!r}')
        self._tally.answered(status)
        request_id = headers.get('x-openstack-request-id')
        if status >= 500:
            self._wrong(
                'unexpected answers',
                f'{method} {path}: {status} ({request_id}): {answer!s:.300}',
            )
        return status, request_id, answer

    def _send(self, method, path, body, role):
        connection = http.client.HTTPConnection(
            '127.0.0.1', self._port, timeout=ANSWER
        )
        try:
            connection.request(
                method,
                f'/v2{path}',
                None if body is None else body.encode(),
                {**self._headers, 'X-Roles': role},
            )
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def _wrong(self, kind, text):
        self._findings.add(kind, f'{time.strftime("%X")} {text}')
        raise UnexpectedAnswer

    def becomes(self, path, status='available'):
        """Wait until something has come to rest, in the right status.

        :returns: the body of the last answer
        :raises UnexpectedAnswer: it has another status, or takes too long
        """
        return self._poll(path, 'status', status, _ENDED)

    def rule_becomes_active(self, path):
        """Wait until an access rule is in place."""
        return self._poll(path, 'state', 'active', ('error',))

    def _poll(self, path, field, wanted, ended):
        for _moment in self._moments():
            (found,) = self.ask('GET', path).values()
            if found[field] == wanted:
                return found
            if found[field] in ended:
                break
        return self._wrong(
            'wrong ends', f'{path} has not become {wanted}: {found!s:.300}'
        )

    def disappears(self, path):
        """Wait until something is gone.

        :raises UnexpectedAnswer: it takes too long
        """
        for _moment in self._moments():
            status, _request_id, answer = self.try_to('GET', path)
            if status == 404:
                return
        self._wrong('wrong ends', f'{path} has not gone: {answer!s:.300}')

    def _moments(self):
        """When to look: often at first, then less so."""
        begin, pause = time.monotonic(), 0.02
        while time.monotonic() - begin < self._patience:
            yield
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

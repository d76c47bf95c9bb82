# SPDX-License-Identifier: Apache-2.0
"""One user of the API, who expects that some answers do not come."""

import http.client
import json
import time

from manila_groups.tests.soak import session

#: The kind of finding that an answer of 500 and more is.
SERVER_ERRORS = 'server errors'

#: Seconds that a client waits before it asks again.
_PAUSE = 1

#: Seconds that a client waits, at most, for what it has asked for.
_SETTLING = 8

_TRANSITIONAL = (
    'creating',
    'deleting',
    'extending',
    'reverting',
    'restoring',
    'backup_restoring',
)

_now = time.monotonic


class Session(session.Session):
    """Asks the API; a server error is a finding, but for 503."""

    def send(self, method, path, body=None, role='member'):
        """Send one request.

        :returns: its status and body; (None, the reason) without an answer
        """
        text, begun = None if body is None else json.dumps(body), _now()
        try:
            status, headers, answer = self._send(method, path, text, role)
            found = json.loads(answer) if answer else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._tally.took('none', _now() - begun)
            time.sleep(_PAUSE)
            return None, repr(error)
        self._tally.took(str(status), _now() - begun)
        if status == 503:
            self._check_retry(found, f'{method} {path}: {found}')
        elif status >= 500:
            request_id = headers.get('x-openstack-request-id')
            self._findings.add(
                SERVER_ERRORS,
                f'{time.strftime("%X")} {method} {path}: {status} '
                f'({request_id}): {found!s:.300}',
            )
        return status, found

    def _check_retry(self, found, text):
        fault = found and found.get('serviceUnavailable', {})
        if not fault or not fault.get('retryAfter', '').isdigit():
            self._findings.add('503 without retryAfter', f'{text:.300}')
        time.sleep(_PAUSE)

    def look(self, path, role='member'):
        """Send a GET until there is an answer.

        :returns: the one thing that the answer holds; None for a 404
        """
        for _moment in self._moments():
            status, answer = self.send('GET', path, role=role)
            if status == 404:
                return None
            if status == 200:
                # Beside the list there may be links.
                return next(iter(answer.values()))
        return self._wrong('no answers', f'GET {path}: {status} {answer}')

    def settled(self, path, ended):
        """Wait for a while until something is not under way any more.

        :param ended: an event that ends the wait
        :returns: as it is then; None when it is gone
        """
        end = _now() + _SETTLING
        for _moment in self._moments():
            found = self.look(path)
            if found is None or found['status'] not in _TRANSITIONAL:
                break
            if _now() > end or ended.is_set():
                break
        return found

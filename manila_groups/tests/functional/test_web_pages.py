# SPDX-License-Identifier: Apache-2.0
"""What a real browser lets other people's web pages do to the API."""

import sqlalchemy as sa
import webob
import webob.dec

from manila_groups.cmd import http_server
from manila_groups.db import models
from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.functional import browser
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import users

SHARE = '{"share": {"name": "NAME", "size": 1, "share_proto": "NFS"}}'

#: Sends what a browser sends without asking the API whether it may.
_FOREIGN = """\
<!DOCTYPE html>
<iframe name="frame"></iframe>
<form method="POST" action="API/v2/shares" enctype="text/plain" target="frame">
<input name='{"share": {"size": 1, "share_proto": "NFS", "name": "form'
       value='"}}'>
</form>
<script>
const send = (name, type) => fetch('API/v2/shares', {
  method: 'POST', mode: 'no-cors', credentials: 'include',
  body: new Blob(['SHARE'.replace('NAME', name)], {type: type}),
});
(async () => {
  const frame = document.querySelector('iframe');
  const answered = new Promise(resolve => { frame.onload = resolve; });
  document.forms[0].submit();
  await answered;
  await send('untyped', '');
  await send('text', 'text/plain');
  const read = await fetch('API/v2/shares').then(
    () => 'read', () => 'not read');
  await fetch('/report', {method: 'POST', body: JSON.stringify(read)});
})();
</script>
"""

#: Its name leads to the API's address once it is loaded.
_REBOUND = """\
<!DOCTYPE html>
<script>
const json = {'Content-Type': 'application/json',
              'X-OpenStack-Manila-API-Version': 'latest'};
const ask = async (options) => {
  const answer = await fetch('/v2/shares', {headers: json, ...options});
  return [answer.status, await answer.text()];
};
(async () => {
  const found = [
    await ask({}),
    await ask({method: 'POST', body: 'SHARE'}),
    await ask({headers: {...json, 'X-Forwarded-Host': 'localhost'}}),
  ];
  await fetch('/report', {method: 'POST', body: JSON.stringify(found)});
})();
</script>
"""


class Site:
    """The API and a page, on one port, and what was asked of the API.

    :param api: the API
    :param page: answers what is not below /v2
    """

    def __init__(self, api, page=None):
        self.asked = []
        self._api, self._page = api, page

    @webob.dec.wsgify
    def __call__(self, request):
        """Pass a request on."""
        if not request.path.startswith('/v2/'):
            return request.get_response(self._page)
        answer = request.get_response(self._api)
        headers = request.headers
        self.asked.append(
            (
                request.method,
                headers.get('Content-Type'),
                headers.get('Authorization'),
                answer.status_code,
            )
        )
        return answer


class WebPageTestCase(base.TestCase):
    overrides = {'api': {'noauth_on_any_address': False}}

    def setUp(self):
        super().setUp()
        self.program = browser.need_chromium(self)
        self.api = self.useFixture(api_fixture.ApiFixture(self.overrides))
        self.before = self.shares()

    def shares(self):
        with self.api.db.reader() as session:
            return session.scalars(sa.select(models.Share.id)).all()

    def serve(self, application):
        """Serve it as the service does; returns its URL."""
        port = processes.free_port()
        self.api.conf.set_override('bind_port', port, 'api')
        server = http_server.HttpServer(self.api.conf, application)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return f'http://127.0.0.1:{port}'

    def open(self, url, *arguments):
        self.useFixture(browser.Chromium(self.program, url, *arguments))


class TestNoAuth(WebPageTestCase):
    def test_a_page_of_another_site(self):
        site = Site(self.api.application)
        url = self.serve(site)
        html = _FOREIGN.replace('SHARE', SHARE).replace('API', url)
        page = browser.Page(html)
        self.open(f'{self.serve(page)}/page')
        self.assertEqual('not read', page.wait(self))
        self.assertEqual(self.before, self.shares())
        self.assertEqual(
            [
                ('POST', 'text/plain', None, 403),
                ('POST', None, None, 403),
                ('POST', 'text/plain', None, 403),
                ('GET', None, None, 403),
            ],
            site.asked,
        )

    def test_a_name_that_is_resolved_anew(self):
        page = browser.Page(_REBOUND.replace('SHARE', SHARE))
        site = Site(self.api.application, page)
        url = self.serve(site).replace('127.0.0.1', 'evil.example')
        self.open(
            f'{url}/page',
            '--host-resolver-rules=MAP evil.example 127.0.0.1',
        )
        for status, text in page.wait(self):
            self.assertEqual(400, status)
            self.assertNotIn(api_fixture.SHARE_ID, text)
        self.assertEqual(3, len(site.asked))
        self.assertEqual(self.before, self.shares())


class TestHttpBasic(WebPageTestCase):
    """The visitor has typed the password in before."""

    def setUp(self):
        self.overrides = self.useFixture(users.UsersFixture()).overrides
        super().setUp()

    def test_a_page_of_another_site(self):
        @webob.dec.wsgify
        def log_in(request):
            if not request.authorization:
                challenge = {'WWW-Authenticate': 'Basic realm="manila-groups"'}
                return webob.Response(status=401, headers=challenge)
            return webob.Response(status=302, location=target)

        site = Site(self.api.application, log_in)
        url = self.serve(site)
        html = _FOREIGN.replace('SHARE', SHARE).replace('API', url)
        page = browser.Page(html)
        target = f'{self.serve(page)}/page'
        self.open(url.replace('//', '//admin:secret@') + '/')
        page.wait(self)
        self.assertEqual(self.before, self.shares())
        sent = [one for one in site.asked if one[0] == 'POST' and one[2]]
        self.assertEqual([403, 403, 403], [one[3] for one in sent], site.asked)

# SPDX-License-Identifier: Apache-2.0
"""The application that WSGI servers load before they fork."""

import os
import pathlib
import subprocess
import sys
import tempfile

from manila_groups.tests import base
from manila_groups.tests import servers

_CONFIGURATION = """\
[DEFAULT]
transport_url = rabbit://guest:guest@127.0.0.1:1/
log_dir = {directory}
[api]
auth_strategy = noauth
[database]
connection = {database}
"""

#: Prints the status of the first answers, and what they have imported.
_FIRST_REQUESTS = """\
import sys
import webob
from manila_groups import sender
from manila_groups.wsgi import api
before = set(sys.modules)
def ask(path, **body):
    request = webob.Request.blank(
        path,
        headers={'X-OpenStack-Manila-API-Version': '2.60'},
        environ={'REMOTE_ADDR': '127.0.0.1'},
    )
    if body:
        request.method, request.content_type = 'POST', 'application/json'
        request.json = body
    answer = request.get_response(api.application)
    print(answer.status_int)
    return answer.json
specs = {'driver_handles_share_servers': False}
made = ask('/v2/types', share_type={'name': 'a', 'extra_specs': specs})
made = ask(
    '/v2/share-group-types',
    share_group_type={'name': 'a', 'share_types': [made['share_type']['id']]},
)
of_type = {'share_group_type_id': made['share_group_type']['id']}
ask('/v2/share-groups', share_group=of_type)
ask('/v2/share-groups')
# Nobody answers, but it begins to send.
sender.flush_all(1)
print(*sorted(set(sys.modules) - before))
"""


class TestLoaded(base.TestCase):
    def test_requests_import_nothing(self):
        directory = self.enterContext(tempfile.TemporaryDirectory())
        file = pathlib.Path(directory, 'manila-groups.conf')
        file.write_text(
            _CONFIGURATION.format(
                directory=directory,
                database=servers.lend_database(self, None),
            )
        )
        run = subprocess.run(
            [sys.executable, '-c', _FIRST_REQUESTS],
            env={**os.environ, 'OS_MANILA_GROUPS_CONFIG_FILES': str(file)},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        self.assertEqual(
            ['200', '200', '202', '200', ''], run.stdout.splitlines()
        )

# SPDX-License-Identifier: Apache-2.0
"""The first seconds of an NFS-Ganesha, as the page for operators has them."""

import pathlib
import re
import time

import manila_groups
from manila_groups.tests import ganesha
from manila_groups.tests.unit.backend import ganesha_case

_PAGE = (
    pathlib.Path(manila_groups.__file__).parent.parent
    / 'doc/source/admin/local-driver.rst'
)
GRACE = 4


class TestGrace(ganesha_case.GaneshaTestCase):
    def make_server(self):
        return ganesha.GaneshaFixture(
            f'Lease_Lifetime = {GRACE - 1}; Grace_Period = {GRACE};'
        )

    def test_files_open_after_it(self):
        share = self.make_share()
        share.publish(ganesha_case.READ_WRITE)
        # It has no clients to wait for yet.
        self.assertTrue(share.write('one'))
        self.server.stop()
        self.server.start()
        started = time.monotonic()
        refused = self.server.client(
            'nfs-cat', self.server.url(share.location, 'one')
        )
        self.assertIn(b'NFS4ERR_GRACE', refused.stderr)
        while share.read('one') is None:
            self.assertLess(time.monotonic() - started, 60)
            time.sleep(0.2)
        self.assertTrue(share.write('two'))


class TestPage(ganesha_case.GaneshaTestCase):
    """The block NFSv4 of the page."""

    def make_server(self):
        page = _PAGE.read_text()
        (block,) = re.findall(r'^   NFSv4 {\n(.*?)^   }', page, re.M | re.S)
        self.options = dict(re.findall(r'(\w+) = (\d+);', block))
        return ganesha.GaneshaFixture(block)

    def test_it_is_understood(self):
        grace = self.options['Grace_Period']
        log = self.server.log.read_text()
        self.assertIn(f'IN GRACE, duration {grace}\n', log)
        self.assertNotIn(':CONFIG :CRIT', log)
        self.assertLess(int(self.options['Lease_Lifetime']), int(grace))

# SPDX-License-Identifier: Apache-2.0
"""The share group tests of manila-tempest-plugin, and what came of them."""

import collections
import io
import pathlib
import re

import subunit
import testtools

from manila_groups.api import microversions
from manila_groups.tests.tempest import keystone
from manila_groups.tests.tempest import processes
from manila_groups.tests.tempest import service

#: The tests that are run, without share servers and with them. Those in rbac
#: can't make the share networks that they need then.
TESTS = {
    False: r'^manila_tempest_tests\.tests\.(api(\.admin)?|rbac)\.'
    r'test_share_group',
    True: r'^manila_tempest_tests\.tests\.api(\.admin)?\.test_share_group',
}

#: Why a test may be skipped, without share servers and with them.
_EXPECTED = {
    False: (
        r'cephfs tests are disabled',
        r'Only for multitenancy\.',
        r'Multitenancy is disabled\.',
    ),
    True: (r'Share server multiple subnet tests are disabled\.',),
}

_CONFIGURATION = """\
[DEFAULT]
log_dir = {logs}
log_file = tempest.log
debug = true
[oslo_concurrency]
lock_path = {directory}/locks
[auth]
use_dynamic_credentials = true
create_isolated_networks = false
admin_username = admin
admin_password = {password}
admin_project_name = admin
admin_domain_name = Default
[identity]
uri_v3 = {keystone}
auth_version = v3
region = {region}
v3_endpoint_type = public
[service_available]
cinder = false
glance = false
horizon = false
manila = true
neutron = false
nova = false
swift = false
[enforce_scope]
manila = true
[share]
catalog_type = {service_type}
endpoint_type = public
region = {region}
min_api_microversion = {oldest}
max_api_microversion = {newest}
multitenancy_enabled = {multitenancy}
create_networks_when_multitenancy_enabled = false
multi_backend = true
backend_names = {backends}
default_share_type_name = {default_type}
run_share_group_tests = true
run_snapshot_tests = true
capability_snapshot_support = true
capability_create_share_from_snapshot_support = true
capability_sg_consistent_snapshot_support = pool
enable_protocols = nfs,cifs
enable_ip_rules_for_protocols = nfs
enable_user_rules_for_protocols = cifs
enable_ro_access_level_for_protocols = nfs
build_interval = 0
build_timeout = 120
suppress_errors_in_cleanup = false
# Taken for the one of [share] when that is 0. What is waited for takes much
# less than the one second that is the least otherwise.
[compute]
build_interval = 0
"""


class Suite:
    """One run of the tests.

    :param programs: runs it
    :param directory: that it has for itself
    :param keystone_url: where the tests log in
    :param multitenancy: whether there are share servers
    """

    def __init__(
        self,
        programs: processes.Processes,
        directory: pathlib.Path,
        keystone_url: str,
        multitenancy: bool,
    ):
        self._programs = programs
        self._directory = directory
        self._multitenancy = multitenancy
        self._file = directory / 'tempest.conf'
        self._file.write_text(
            _CONFIGURATION.format(
                logs=programs.logs,
                directory=directory,
                password=keystone.PASSWORD,
                keystone=keystone_url,
                region=keystone.REGION,
                service_type=keystone.SERVICE_TYPE,
                oldest=microversions.to_text(microversions.MIN),
                newest=microversions.to_text(microversions.MAX),
                multitenancy=multitenancy,
                backends=','.join(service.BACKENDS),
                default_type=service.DEFAULT_TYPE,
            )
        )

    def run(self, regex: str, concurrency: int) -> bool:
        """Run tests, and print how many passed and why others did not.

        :param regex: which tests
        :returns: whether all is as it has to be
        """
        code = self._programs.end_of(
            'tempest',
            *('tempest', 'run'),
            *('--config-file', self._file),
            *('--regex', regex),
            *('--concurrency', concurrency),
            cwd=self._directory,
            log=False,
        )
        results = self._results()
        unexpected = self._tell(results)
        return code == 0 and bool(results['passed']) and not unexpected

    def _results(self):
        """Read what was recorded: passed, failed, skipped to (id, why)."""
        found = collections.defaultdict(list)
        recorded = self._programs.output_of(
            'stestr', 'last', '--subunit', cwd=self._directory
        )
        self._keep(recorded)
        taken = testtools.StreamToDict(lambda test: _sort(test, found))
        taken.startTestRun()
        subunit.ByteStreamToStreamResult(io.BytesIO(recorded)).run(taken)
        taken.stopTestRun()
        return found

    def _keep(self, recorded):
        """Put the results where stestr has those of other tests."""
        file = self._directory / 'results'
        file.write_bytes(recorded)
        self._programs.end_of('stestr', 'stestr', 'load', '--force-init', file)

    def _tell(self, results):
        """Print the results; returns the skips that should not be."""
        for test_id, _why in results['failed']:
            print(f'failed: {test_id}')
        for test_id, why in results['skipped']:
            print(f'skipped: {test_id}: {why}')
        unexpected = [
            test_id
            for test_id, why in results['skipped']
            if not self._is_expected(why)
        ]
        for test_id in unexpected:
            print(f'not to be skipped: {test_id}')
        passed, failed, skipped = (
            len(results[status]) for status in ('passed', 'failed', 'skipped')
        )
        print(f'{passed} passed, {failed} failed, {skipped} skipped')
        return unexpected

    def _is_expected(self, why):
        expected = _EXPECTED[self._multitenancy]
        return any(re.fullmatch(one, why) for one in expected)


def _sort(test, found):
    status = {'success': 'passed', 'xfail': 'passed', 'skip': 'skipped'}.get(
        test['status'], 'failed'
    )
    reason = test['details'].get('reason')
    found[status].append((test['id'], reason.as_text() if reason else ''))

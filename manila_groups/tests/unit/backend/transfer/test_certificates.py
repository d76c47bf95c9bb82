# SPDX-License-Identifier: Apache-2.0
"""What the start says of certificates that others would not accept."""

import pathlib

from manila_groups import exception
from manila_groups.backend.transfer import certificates
from manila_groups.tests.unit.backend.transfer import case


class TestCheck(case.TransferCase):
    def setUp(self):
        super().setUp()
        self.authority = self.an_authority()

    def refused(self, conf, *words):
        error = self.assertRaises(
            exception.ConfigurationError, certificates.check, conf
        )
        for word in words:
            self.assertIn(word, error.message)
        self.assertNotIn('\n', error.message)

    def with_certificate(self, *names, **kinds):
        certificate, key = self.authority.sign(*names, **kinds)
        return self.secured(
            self.authority, tls_cert_file=certificate, tls_key_file=key
        )

    def test_nothing_is_configured(self):
        certificates.check(self.configure())

    def test_all_is_well(self):
        for conf in (
            self.secured(self.authority),
            self.secured(self.authority, 'localhost', address='localhost'),
            self.secured(self.authority, '::1', address='::1'),
            # It only connects to others.
            self.secured(self.authority, 'any', address=None),
        ):
            certificates.check(conf)
        self.assertEqual('', self.log.output)

    def test_an_address_without_certificates(self):
        for missing in ('tls_ca_file', 'tls_cert_file', 'tls_key_file'):
            self.refused(
                self.secured(self.authority, **{missing: None}),
                f'[migration] {missing} is not set',
            )
        self.refused(
            self.configure(address='127.0.0.1'), '[migration] tls_ca_file'
        )

    def test_files_that_are_not_there(self):
        for option in ('tls_ca_file', 'tls_cert_file', 'tls_key_file'):
            for path in ('/not/there', str(self.directory)):
                self.refused(
                    self.secured(self.authority, **{option: path}),
                    f'[migration] {option} = {path}',
                )

    def test_files_with_something_else(self):
        path = self.directory / 'other'
        path.touch(0o600)
        for content in (b'', b'text\n', b'\x00\xff' * 1000):
            path.write_bytes(content)
            for option in ('tls_ca_file', 'tls_cert_file', 'tls_key_file'):
                self.refused(
                    self.secured(self.authority, **{option: str(path)}),
                    option,
                    str(path) if option != 'tls_key_file' else 'tls_cert',
                )

    def test_the_key_of_another_certificate(self):
        _certificate, key = self.authority.sign('127.0.0.1')
        self.refused(
            self.secured(self.authority, tls_key_file=key),
            'tls_cert_file',
            'with tls_key_file',
            'mismatch',
        )

    def test_a_key_that_others_may_read(self):
        conf = self.secured(self.authority)
        path = pathlib.Path(conf.migration.tls_key_file)
        for mode in (0o644, 0o604, 0o660):
            path.chmod(mode)
            self.refused(conf, '[migration] tls_key_file', 'chmod 600')

    def test_a_key_with_a_password(self):
        self.refused(
            self.with_certificate('127.0.0.1', password=b'secret'),
            'tls_key_file',
            'password',
        )

    def test_expired(self):
        self.refused(
            self.with_certificate('127.0.0.1', days=-1),
            '[migration] tls_cert_file',
            'certificate has expired',
        )

    def test_not_yet_valid(self):
        clock = self.authority.sign('127.0.0.1', begins=1)
        self.refused(
            self.secured(
                self.authority, tls_cert_file=clock[0], tls_key_file=clock[1]
            ),
            '[migration] tls_cert_file',
            'not yet valid',
        )

    def test_another_name(self):
        for address in ('127.0.0.2', 'localhost', '::1'):
            self.refused(
                self.secured(self.authority, address=address),
                f'[migration] address = {address}',
                'does not name it',
            )

    def test_the_subject_is_no_name(self):
        self.refused(
            self.secured(self.authority, 'other', address='back-end'),
            '[migration] address = back-end',
        )

    def test_another_authority(self):
        for other in (self.an_authority(), self.an_authority_named('other')):
            self.refused(
                self.secured(self.authority, tls_ca_file=other.path),
                f'[migration] tls_ca_file = {other.path}',
                'has not signed',
            )

    def test_for_one_side_only(self):
        for use in ('server', 'client'):
            self.refused(
                self.with_certificate('127.0.0.1', uses=(use,)),
                '[migration] tls_cert_file',
                'serverAuth, clientAuth',
            )

    def test_it_ends_soon(self):
        certificates.check(self.with_certificate('127.0.0.1', days=8))
        self.assertIn('the certificate ends in 7 days', self.log.output)
        self.assertIn('[migration] tls_cert_file', self.log.output)

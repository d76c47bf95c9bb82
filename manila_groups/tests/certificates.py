# SPDX-License-Identifier: Apache-2.0
"""Certificate authorities of tests, with certificates of all kinds."""

import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid

_USES = {
    'server': oid.ExtendedKeyUsageOID.SERVER_AUTH,
    'client': oid.ExtendedKeyUsageOID.CLIENT_AUTH,
}


def _key():
    return ec.generate_private_key(ec.SECP256R1())


def _name(text):
    return x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, text)])


def _alternative(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _builder(subject, issuer, key, begins, days):
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=begins))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


class Authority:
    """Signs certificates.

    :param directory: where the files are written
    :param name: the authority's; several can have the same
    :ivar path: the file with its own certificate
    """

    def __init__(self, directory: pathlib.Path, name: str = 'authority'):
        self._directory, self._name, self._key = directory, name, _key()
        certificate = (
            _builder(name, name, self._key, -10, 100)
            .add_extension(x509.BasicConstraints(True, 0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.path = self._write('ca', certificate)

    def _write(self, name, *parts):
        path = self._directory / f'{name}-{x509.random_serial_number()}.pem'
        encoding = serialization.Encoding.PEM
        path.write_bytes(b''.join(one.public_bytes(encoding) for one in parts))
        return str(path)

    def sign(
        self,
        *names: str,
        begins: int = -10,
        days: int = 90,
        uses: tuple[str, ...] = ('server', 'client'),
        password: bytes | None = None,
    ) -> tuple[str, str]:
        """Make a key and its certificate.

        :param names: IP addresses and host names
        :param begins: when it begins, in days from now
        :param days: when it ends, likewise
        :param uses: what it is for
        :param password: of the key
        :returns: the paths of the certificate and of the key
        """
        key = _key()
        alternatives = [_alternative(one) for one in names]
        certificate = (
            _builder('back end', self._name, key, begins, days)
            .add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False
            )
            .add_extension(
                x509.ExtendedKeyUsage([_USES[one] for one in uses]),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        path = self._write('certificate', certificate)
        secret = pathlib.Path(path).with_suffix('.key')
        secret.touch(0o600)
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(password)
                if password
                else serialization.NoEncryption(),
            )
        )
        return path, str(secret)

# SPDX-License-Identifier: Apache-2.0
"""Finds at the start what is wrong with a back end's own certificate.

It connects to itself, in memory, as others would.
"""

import contextlib
import ssl
import time

from oslo_config import cfg
from oslo_log import log

from manila_groups import exception
from manila_groups.backend.transfer import tls
from manila_groups.backend.transfer import wire

LOG = log.getLogger(__name__)

_DAY = 86400

#: The log warns when the certificate ends in fewer days.
_FEW_DAYS = 30

#: What is wrong for OpenSSL (its X509_V_ERR_...), to the option that is, and
#: in words. The rest is said of tls_cert_file, in OpenSSL's words.
_WRONG = {
    **dict.fromkeys(
        (2, 7, 18, 19, 20, 21),
        (
            'tls_ca_file',
            'it has not signed the certificate in tls_cert_file',
        ),
    ),
    **dict.fromkeys(
        (62, 64),
        ('address', 'the certificate in tls_cert_file does not name it'),
    ),
    26: (
        'tls_cert_file',
        'the certificate must be valid for servers and for clients '
        '(extendedKeyUsage = serverAuth, clientAuth)',
    ),
}


def check(conf: cfg.ConfigOpts) -> None:
    """Make sure that other back ends would accept the certificate.

    Does nothing if nothing is configured for connections between machines.

    :raises ConfigurationError: naming the option, they would not
    """
    section = conf.migration
    if not section.address and not any(section[one] for one in tls.FILES):
        return
    try:
        days = _rehearse(tls.client(conf), tls.server(conf), section.address)
    except ssl.SSLError as error:
        raise _refusal(section, error) from error
    if days < _FEW_DAYS:
        LOG.warning(
            '[migration] tls_cert_file = %s: the certificate ends in %d days',
            section.tls_cert_file,
            days,
        )


def _refusal(
    section: cfg.ConfigOpts.GroupAttr, error: ssl.SSLError
) -> exception.ConfigurationError:
    option, text = 'tls_cert_file', wire.reason(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f'others would refuse the certificate: {error.verify_message}'
        option, text = _WRONG.get(error.verify_code, (option, text))
    return exception.ConfigurationError(
        f'[migration] {option} = {section[option]}: {text}'
    )


def _rehearse(
    client: ssl.SSLContext, server: ssl.SSLContext, address: str | None
) -> float:
    """Let both sides shake hands.

    :returns: for how many days the certificate is valid
    """
    client.check_hostname = bool(address)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    first = client.wrap_bio(back, there, server_hostname=address)
    second = server.wrap_bio(there, back, server_side=True)
    _step(first)
    _step(second)
    first.do_handshake()
    second.do_handshake()
    end = str((first.getpeercert() or {})['notAfter'])
    return (ssl.cert_time_to_seconds(end) - time.time()) / _DAY


def _step(side: ssl.SSLObject) -> None:
    with contextlib.suppress(ssl.SSLWantReadError):
        side.do_handshake()

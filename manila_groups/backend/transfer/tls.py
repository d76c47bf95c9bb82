# SPDX-License-Identifier: Apache-2.0
"""TLS between back ends: certificates on both sides, of the operator's CA."""

from collections.abc import Iterator
import contextlib
import pathlib
import ssl

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backend.transfer import wire
from manila_groups.backup import keys

FILES = ('tls_ca_file', 'tls_cert_file', 'tls_key_file')


def server(conf: cfg.ConfigOpts) -> ssl.SSLContext:
    """Make what a listener's connections need, from the files of now.

    :raises ConfigurationError: naming the option, a file can't be used
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    # Nobody resumes a session, and a sender would take a ticket for an answer.
    context.num_tickets = 0
    return _loaded(context, conf)


def client(conf: cfg.ConfigOpts) -> ssl.SSLContext:
    """Make what a sender's connections need, from the files of now.

    :raises ConfigurationError: naming the option, a file can't be used
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    return _loaded(context, conf)


def _loaded(context: ssl.SSLContext, conf: cfg.ConfigOpts) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    section = conf.migration
    for option in FILES:
        if not section[option]:
            raise exception.ConfigurationError(
                f'[migration] {option} is not set, and connections to other '
                f'machines need {", ".join(FILES)}'
            )
    with _named(conf, 'tls_ca_file'):
        context.load_verify_locations(section.tls_ca_file)
    with _named(conf, 'tls_cert_file'):
        pathlib.Path(section.tls_cert_file).read_bytes()
    _check_private(conf)
    with _named(conf, 'tls_cert_file', ', with tls_key_file'):
        context.load_cert_chain(
            section.tls_cert_file, section.tls_key_file, _no_password
        )
    return context


def _check_private(conf: cfg.ConfigOpts) -> None:
    path = conf.migration.tls_key_file
    try:
        keys.read_private(path, f'[migration] tls_key_file = {path}')
    except exception.DriverError as error:
        raise exception.ConfigurationError(error.message) from error


def _no_password() -> str:
    raise ValueError('the key has a password, and must not have one')


@contextlib.contextmanager
def _named(
    conf: cfg.ConfigOpts, option: str, more: str = ''
) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        text = wire.reason(error) if isinstance(error, OSError) else str(error)
        raise exception.ConfigurationError(
            f'[migration] {option} = {conf.migration[option]}{more}: {text}'
        ) from error

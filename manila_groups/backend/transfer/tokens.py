# SPDX-License-Identifier: Apache-2.0
"""Tokens: each allows one connection between two back ends."""

import hashlib
import re
import secrets

_BYTES = 32

FORM = re.compile(f'[0-9a-f]{{{2 * _BYTES}}}')


def make() -> str:
    """Make a token of 256 random bits: 64 hexadecimal digits."""
    return secrets.token_hex(_BYTES)


def digest(token: str) -> str:
    """Return what the database has of a token: 64 hexadecimal digits.

    Rows are found by it, so no time that a comparison takes tells of a token.
    """
    return hashlib.sha256(token.encode()).hexdigest()

# SPDX-License-Identifier: Apache-2.0
"""Writes the API's OpenAPI document."""

import argparse
import json
import pathlib
import sys

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api.openapi import document


def _version(text):
    """Read what the version headers may have: '2.99, share-groups 1.0'."""
    number, *groups = text.split(',', 1)
    headers = {microversions.HEADER: number}
    if groups:
        headers[microversions.STANDARD_HEADER] = groups[0]
    try:
        return microversions.requested(headers)
    except exception.ServiceError as error:
        raise argparse.ArgumentTypeError(error.message) from None


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog='python -m manila_groups.api.openapi',
        description='Writes the OpenAPI document of the API.',
    )
    parser.add_argument(
        '--version',
        metavar="'N.NN[, share-groups N.N]'",
        type=_version,
        default=microversions.MAX,
        help='the version that it describes (default: '
        f'{microversions.to_text(microversions.MAX)})',
    )
    parser.add_argument(
        'file',
        metavar='FILE',
        nargs='?',
        type=pathlib.Path,
        help='where to write it (default: the standard output)',
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Write the document."""
    parsed = _parse(arguments)
    text = json.dumps(document.make(parsed.version), indent=1) + '\n'
    if parsed.file is None:
        sys.stdout.write(text)
    else:
        parsed.file.parent.mkdir(parents=True, exist_ok=True)
        parsed.file.write_text(text)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

# SPDX-License-Identifier: Apache-2.0
"""Puts the API's OpenAPI document beside the pages."""

from manila_groups.api.openapi import __main__ as command

NAME = 'openapi.json'


def _write(app, error):
    if error is None and app.builder.format == 'html':
        command.main([str(app.outdir / NAME)])


def setup(app):
    """Write the document when the pages have been written."""
    app.connect('build-finished', _write)
    return {'parallel_read_safe': True}

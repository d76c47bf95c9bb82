# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the API reference."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / 'doc' / 'ext'))

extensions = ['openapi_document', 'os_api_ref']

project = 'Share groups API reference'
copyright = 'manila-groups contributors'
author = 'manila-groups contributors'
root_doc = 'index'

html_theme = 'furo'
html_title = project
html_static_path = ['../../doc/source/_static', '_static']
html_css_files = ['manila-groups.css', 'reference.css']
html_js_files = [('reference.js', {'defer': 'defer'})]
templates_path = ['_templates']
html_sidebars = {
    '**': [
        'sidebar/brand.html',
        'sidebar/search.html',
        'sidebar/scroll-start.html',
        'sidebar/contents.html',
        'sidebar/scroll-end.html',
    ]
}


def _leave_out_bootstrap(_app, _page, _template, context, _tree):
    """os_api_ref's own script and style need Bootstrap 3 and jQuery."""
    for kind in ('css_files', 'script_files'):
        context[kind] = [
            file for file in context[kind] if 'api-site' not in str(file)
        ]


def setup(app):
    """Replace what os_api_ref brings for another theme."""
    app.connect('html-page-context', _leave_out_bootstrap, priority=900)

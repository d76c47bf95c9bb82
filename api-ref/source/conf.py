# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the API reference."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / 'doc' / 'ext'))

extensions = ['openapi_document', 'openstackdocstheme', 'os_api_ref']

project = 'Share groups API reference'
copyright = 'manila-groups contributors'
author = 'manila-groups contributors'
root_doc = 'index'

html_theme = 'openstackdocs'
html_theme_options = {'analytics_tracking_code': '', 'sidebar_mode': 'toc'}
openstackdocs_repo_name = 'manila-groups'
openstackdocs_auto_name = False
openstackdocs_auto_version = False

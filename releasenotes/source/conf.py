# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the release notes."""

extensions = ['openstackdocstheme', 'reno.sphinxext']

project = 'manila-groups release notes'
copyright = 'manila-groups contributors'
author = 'manila-groups contributors'
root_doc = 'index'

html_theme = 'openstackdocs'
html_theme_options = {'analytics_tracking_code': ''}
openstackdocs_repo_name = 'manila-groups'
openstackdocs_auto_name = False
openstackdocs_auto_version = False

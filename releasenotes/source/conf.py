# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the release notes."""

extensions = ['reno.sphinxext']

project = 'manila-groups release notes'
copyright = 'manila-groups contributors'
author = 'manila-groups contributors'
root_doc = 'index'

html_theme = 'furo'
html_title = project

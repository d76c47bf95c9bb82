# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the documentation."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'ext'))

extensions = [
    'microversion_history',
    'notification_events',
    'openstackdocstheme',
    'oslo_config.sphinxconfiggen',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'oslo_policy.sphinxpolicygen',
]

project = 'manila-groups'
copyright = 'manila-groups contributors'
author = 'manila-groups contributors'
root_doc = 'index'
pygments_style = 'native'
exclude_patterns = []

html_theme = 'openstackdocs'
openstackdocs_repo_name = 'manila-groups'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
html_theme_options = {
    'analytics_tracking_code': '',
    'display_global_toc_section': True,
}
html_static_path = ['_static']

_ETC = '../../etc/manila_groups'
config_generator_config_file = [
    (f'{_ETC}/manila-groups-config-generator.conf', '_static/manila-groups'),
]
policy_generator_config_file = [
    (f'{_ETC}/manila-groups-policy-generator.conf', '_static/manila-groups'),
]

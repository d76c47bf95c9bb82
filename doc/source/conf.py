# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the documentation."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'ext'))

extensions = [
    'absent',
    'microversion_history',
    'notification_events',
    'operation_lives',
    'oslo_config.sphinxconfiggen',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'oslo_policy.sphinxpolicygen',
    'status_machines',
]

project = 'manila-groups'
copyright = 'manila-groups contributors'
author = 'manila-groups contributors'
root_doc = 'index'
exclude_patterns = []

html_theme = 'furo'
html_title = 'manila-groups'
html_static_path = ['_static']
html_css_files = ['manila-groups.css']
templates_path = ['_templates']
html_sidebars = {
    '**': [
        'sidebar/brand.html',
        'sidebar/search.html',
        'sidebar/scroll-start.html',
        'sidebar/navigation.html',
        'sidebar/elsewhere.html',
        'sidebar/scroll-end.html',
    ]
}

_ETC = '../../etc/manila_groups'
config_generator_config_file = [
    (f'{_ETC}/manila-groups-config-generator.conf', '_static/manila-groups'),
]
policy_generator_config_file = [
    (f'{_ETC}/manila-groups-policy-generator.conf', '_static/manila-groups'),
]

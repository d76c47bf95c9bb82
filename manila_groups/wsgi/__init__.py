# SPDX-License-Identifier: Apache-2.0
"""Modules that WSGI servers load."""

from manila_groups import threads

threads.init()

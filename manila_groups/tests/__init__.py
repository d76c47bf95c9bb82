# SPDX-License-Identifier: Apache-2.0
"""Tests."""

from manila_groups import threads

threads.init()

# SPDX-License-Identifier: Apache-2.0
"""What WSGI servers load."""

from manila_groups import threads

threads.init()

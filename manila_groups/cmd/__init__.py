# SPDX-License-Identifier: Apache-2.0
"""The entry points of the processes."""

from manila_groups import threads

threads.init()

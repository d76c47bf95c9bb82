# SPDX-License-Identifier: Apache-2.0
"""The creation of share groups that are copies of others, at one moment.

The source's shares keep their sizes and stay until it ends; clients go on to
use them. A snapshot that the back end has to take for it goes with its end.
"""

from manila_groups.db import share_groups as rows
from manila_groups.domain.share_groups import create

VERB = create.verb(create.CLONE, rows.is_copy())

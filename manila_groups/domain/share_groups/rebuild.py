# SPDX-License-Identifier: Apache-2.0
"""The creation of share groups that get the content of a backup.

They may be in any pool whose back end can read backups.
"""

from manila_groups.db import share_groups as rows
from manila_groups.domain.share_groups import create

VERB = create.verb(create.REBUILD, rows.is_from_backup())

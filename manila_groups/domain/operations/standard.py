# SPDX-License-Identifier: Apache-2.0
"""The verbs of the service: the one place that must know a new one."""

from manila_groups.domain.access_rules import update as update_rules
from manila_groups.domain.operations import registry
from manila_groups.domain.operations import removing
from manila_groups.domain.share_group_backups import clean_up as clean_backup
from manila_groups.domain.share_group_backups import create as create_backup
from manila_groups.domain.share_group_backups import delete as delete_backup
from manila_groups.domain.share_group_backups import import_
from manila_groups.domain.share_group_snapshots import create as create_snap
from manila_groups.domain.share_group_snapshots import delete as delete_snap
from manila_groups.domain.share_groups import clone
from manila_groups.domain.share_groups import create as create_group
from manila_groups.domain.share_groups import delete as delete_group
from manila_groups.domain.share_groups import rebuild
from manila_groups.domain.share_groups import restore
from manila_groups.domain.share_groups import revert
from manila_groups.domain.shares import create as create_share
from manila_groups.domain.shares import delete as delete_share
from manila_groups.domain.shares import resize

VERBS = (
    create_group.VERB,
    clone.VERB,
    rebuild.VERB,
    revert.VERB,
    restore.VERB,
    delete_group.VERB,
    create_snap.VERB,
    delete_snap.VERB,
    create_backup.VERB,
    import_.VERB,
    delete_backup.VERB,
    create_share.VERB,
    delete_share.VERB,
    resize.EXTEND_VERB,
    resize.SHRINK_VERB,
    update_rules.VERB,
    removing.SHARE_GROUP,
    removing.SHARE_GROUP_SNAPSHOT,
    removing.SHARE,
    clean_backup.VERB,
)


def build() -> registry.Registry:
    """Make the registry, checked.

    :raises ConfigurationError: a verb is incomplete
    """
    return registry.Registry(VERBS)

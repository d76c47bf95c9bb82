# SPDX-License-Identifier: Apache-2.0
"""More options of ``openstack share group type set``."""

import argparse
from typing import Any

from manila_groups.client import hook
from manila_groups.client import resources

#: The version that brings changes of share group types.
SINCE = (1, 1)


class Set(hook.Hook):
    """Changes more of a share group type than its group specs."""

    def add_options(self, group: Any) -> None:
        group.add_argument(
            '--name', metavar='<name>', help='New name of the share group type'
        )
        group.add_argument(
            '--description',
            metavar='<description>',
            help="New description; '' removes it",
        )
        access = group.add_mutually_exclusive_group()
        access.add_argument(
            '--public',
            dest='is_public',
            action='store_true',
            default=None,
            help='Let all projects use the share group type',
        )
        access.add_argument(
            '--private',
            dest='is_public',
            action='store_false',
            default=None,
            help='Let only projects with access use the share group type',
        )
        group.add_argument(
            '--share-types',
            metavar='<share-type>',
            nargs='+',
            help='Names or IDs of all share types that its share groups may '
            'have, instead of those that it has now',
        )

    def before(self, parsed_args: argparse.Namespace) -> argparse.Namespace:
        names = ('name', 'description', 'is_public', 'share_types')
        values = {
            name: value
            for name in names
            if (value := getattr(parsed_args, name)) is not None
        }
        if values:
            found = resources.find(
                self.client.share.share_group_types,
                parsed_args.share_group_type,
            )
            self.client.ask(
                SINCE,
                'put',
                f'/share-group-types/{found.id}',
                share_group_type=values,
            )
            # What follows would look for the name that it had.
            parsed_args.share_group_type = found.id
        return parsed_args

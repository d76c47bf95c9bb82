# SPDX-License-Identifier: Apache-2.0
"""More options of ``openstack share group create``."""

import argparse
from collections.abc import Callable
import functools
from typing import Any

from manila_groups.client import hook
from manila_groups.client import lines
from manila_groups.client import operations
from manila_groups.client import placements
from manila_groups.client import waiting


class Create(hook.Hook):
    """Tells where a share group would go, and waits with more to tell."""

    def add_options(self, group: Any) -> None:
        group.add_argument(
            '--dry-run',
            action='store_true',
            help='Create nothing; show how many pools the share group fits '
            'in, and why not in the others',
        )

    def before(self, parsed_args: argparse.Namespace) -> argparse.Namespace:
        command: Any = self.cmd
        if parsed_args.dry_run:
            command.take_action = functools.partial(
                placements.show, self.client
            )
        elif parsed_args.wait and self.client.has(operations.SINCE):
            command.take_action = functools.partial(
                self._create_and_wait, command.take_action
            )
        return parsed_args

    def _create_and_wait(
        self, create: Callable[..., tuple], parsed_args: argparse.Namespace
    ) -> tuple:
        parsed_args.wait = False
        titles, values = create(parsed_args)
        group_id = dict(zip(titles, values, strict=True))['id']
        group = waiting.until_done(self.client, group_id, 'create')
        return self._shown(group.to_dict())

    def _shown(self, group: dict[str, Any]) -> tuple:
        """What the command itself prints of a share group."""
        command: Any = self.cmd
        group.pop('links', None)
        shown: tuple = command.dict2columns(
            {**group, 'share_types': lines.Lines(group['share_types'])}
        )
        return shown

# SPDX-License-Identifier: Apache-2.0
"""The files of a configuration, for messages that name their place.

oslo.config names for an option the last file that has the option's section,
which need not be the one that sets the option.
"""

from collections.abc import Iterator
import dataclasses
import os
import pathlib

from oslo_config import cfg


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One option in one file.

    :ivar section: the section's name as it is written there
    :ivar value: the text of the value
    """

    section: str
    name: str
    value: str
    file: str


#: The end of each command's help.
WHERE = (
    'Without --config-file, manila-groups.conf and then %(prog)s.conf are '
    'read, each from the first of ~/.manila-groups, ~, /etc/manila-groups and '
    '/etc that has it.'
)

_NOT_SET = """\
[database] connection: is not set. {read} Write these lines into a file and \
name it with --config-file, or write them into \
/etc/manila-groups/manila-groups.conf:
  [database]
  connection = {example}"""
_NONE_READ = (
    'No configuration file was found: manila-groups.conf is not in '
    '~/.manila-groups, ~, /etc/manila-groups or /etc.'
)


def explain_no_database(conf: cfg.ConfigOpts) -> str:
    """Say which files do not name the database, and how to name it."""
    found = read(conf)
    home = os.environ.get('XDG_STATE_HOME') or '~/.local/state'
    database = pathlib.Path(home, 'manila-groups/manila-groups.sqlite')
    database = database.expanduser().absolute()
    # Whoever has tried the service out may have no other one.
    example = 'mysql+mysqldb://USER:PASSWORD@HOST/manila_groups'
    return _NOT_SET.format(
        read=f'Read: {", ".join(found)}.' if found else _NONE_READ,
        example=f'sqlite:///{database}' if database.exists() else example,
    )


def group_of(section: str) -> str:
    """Name the group of options that a section sets, as oslo.config does."""
    return section if section == 'DEFAULT' else section.lower()


def read(conf: cfg.ConfigOpts) -> list[str]:
    """List the files that a configuration was read from, in that order."""
    directories = (
        sorted(pathlib.Path(one).expanduser().glob('*.conf'))
        for one in conf.config_dir or ()
    )
    return [
        *(conf.config_file or ()),
        *(str(file) for found in directories for file in found),
    ]


def settings(conf: cfg.ConfigOpts) -> Iterator[Setting]:
    """Go through all that the files set, in the order of the files."""
    for file in read(conf):
        sections: dict[str, dict[str, list[str]]] = {}
        cfg.ConfigParser(file, sections).parse()
        for section, values in sections.items():
            for name, texts in values.items():
                yield Setting(section, name, texts[-1], file)


def find(conf: cfg.ConfigOpts, group: str, name: str) -> Setting | None:
    """Find the setting of an option that counts, which is the last one."""
    found = None
    for setting in settings(conf):
        if group_of(setting.section) == group_of(group) and (
            setting.name == name
        ):
            found = setting
    return found

# SPDX-License-Identifier: Apache-2.0
"""Says what is wrong with the value of an option, and where it stands."""

from typing import Any

from oslo_config import cfg
from oslo_config import types

from manila_groups import exception
from manila_groups.conf import files


def check(conf: cfg.ConfigOpts) -> None:
    """Read each option once, so that a mistake is found at the start.

    :raises ConfigurationError: naming section, option, value, rule and file
    """
    for name in conf:
        value = get(conf, 'DEFAULT', name)
        if isinstance(value, cfg.ConfigOpts.GroupAttr):
            for option in value:
                get(conf, name, option)


def get(conf: cfg.ConfigOpts, group: str, name: str) -> Any:
    """Read one option.

    :raises ConfigurationError: naming section, option, value, rule and file
    """
    try:
        return (conf if group == 'DEFAULT' else conf[group])[name]
    except (cfg.Error, ValueError) as error:
        option = definition(conf, group, name)
        if option is None:
            raise
        raise exception.ConfigurationError(
            _sentence(conf, group, option, error)
        ) from error


def definition(conf: cfg.ConfigOpts, group: str, name: str) -> cfg.Opt | None:
    """Find what an option is, by its name; None for a group of options."""
    # The library tells what is registered in no public way.
    options = conf._opts if group == 'DEFAULT' else conf._groups[group]._opts
    return options[name]['opt'] if name in options else None


def _sentence(
    conf: cfg.ConfigOpts, group: str, option: cfg.Opt, error: Exception
) -> str:
    found = files.find(conf, group, option.dest)
    reason = rule(option.type) or _last_part(error)
    if found is None:
        return f'[{group}] {option.dest}: {reason}'
    value = '***' if option.secret else found.value
    return f'[{group}] {option.dest} = {value}: {reason} (file {found.file})'


def _last_part(error: Exception) -> str:
    return ' '.join(str(error).split()).rpartition(' is not valid: ')[2]


class Text(types.String):
    """A text with a form that is described in words.

    :param rule: what a value must be, after "must"
    """

    def __init__(self, rule: str, regex: str, max_length: int = 0):
        super().__init__(regex=regex, max_length=max_length)
        self.rule = rule


def rule(kind: types.ConfigType) -> str | None:
    """Say in plain English which values a type takes.

    :returns: None for a type whose own message is better
    """
    if isinstance(kind, types.List):
        of_items = rule(kind.item_type)
        return of_items and f'each item {of_items}'
    if isinstance(kind, types.Dict):
        of_values = rule(kind.value_type)
        return of_values and (
            'must be name:value pairs separated by commas; '
            f'each value {of_values}'
        )
    choices = getattr(kind, 'choices', None)
    if choices:
        return f'must be one of {", ".join(map(str, choices))}'
    if isinstance(kind, types.Boolean):
        return 'must be true or false'
    if isinstance(kind, types.Number):
        return _range(kind)
    if isinstance(kind, Text):
        return f'must {kind.rule}'
    return None


def _range(kind: types.Number) -> str:
    noun = 'a whole number' if kind.num_type is int else 'a number'
    if kind.min is None and kind.max is None:
        return f'must be {noun}'
    if kind.max is None or kind.max >= 2**31:
        return f'must be {noun}, {kind.min:g} or more'
    if kind.min is None:
        return f'must be {noun}, {kind.max:g} or less'
    return f'must be {noun} from {kind.min:g} to {kind.max:g}'

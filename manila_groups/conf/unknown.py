# SPDX-License-Identifier: Apache-2.0
"""Finds what configuration files set and nothing reads.

oslo.config reads what it is asked for and passes over everything else: a
misspelt name has no effect, and nobody hears of it.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import difflib

from oslo_config import cfg

from manila_groups.conf import backend
from manila_groups.conf import files

#: Sections of libraries that register their options where they are used.
_OF_LIBRARIES = (
    'barbican',
    'key_manager',
    'keystone_authtoken',
    'profiler',
    'vault',
)

#: Sections that only the API reads: a daemon does not know their options.
_OF_PIPELINE = (
    'cors',
    'healthcheck',
    'oslo_middleware',
    'profiler_jaeger',
    'profiler_otlp',
)

#: From a driver's name to the options that it adds to a back end's section;
#: None for a driver that is not installed here.
DriverOptions = Callable[[str], Iterable[cfg.Opt] | None]


def find(conf: cfg.ConfigOpts, of_driver: DriverOptions) -> list[str]:
    """Name what is set and never read, in a sentence each.

    :param conf: with the sections of the enabled back ends registered
    """
    written = list(files.settings(conf))
    sections = _by_group(written)
    known = _registered(conf)
    not_judged = {
        *_OF_LIBRARIES,
        *(set(_OF_PIPELINE) - known.keys()),
        _login_section(sections),
    }
    enabled = {files.group_of(name) for name in conf.enabled_backends}
    for group, options in sections.items():
        if group in enabled or _is_back_end(group, options, known):
            added = of_driver(options.get('driver') or _driver(conf, group))
            if added is None:
                not_judged.add(group)
            names = (option.dest for option in (added or ()))
            known.setdefault(group, set(_OF_BACK_ENDS)).update(names)
    found = (
        *_missing_sections(conf, sections, enabled),
        *(
            _sentence(one, known)
            for one in written
            if files.group_of(one.section) not in not_judged
            and one.name not in known.get(files.group_of(one.section), ())
        ),
    )
    return list(dict.fromkeys(found))


_OF_BACK_ENDS = frozenset(option.dest for option in backend.SECTION_OPTS)


def _by_group(
    written: Iterable[files.Setting],
) -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {}
    for one in written:
        group = sections.setdefault(files.group_of(one.section), {})
        group[one.name] = one.value
    return sections


def _registered(conf: cfg.ConfigOpts) -> dict[str, set[str]]:
    """The names that are read, by group, with those of earlier releases."""
    # The library tells what is registered in no public way.
    groups = {'DEFAULT': conf._opts}
    groups |= {name: group._opts for name, group in conf._groups.items()}
    known: dict[str, set[str]] = {}
    for name, options in groups.items():
        group = files.group_of(name)
        for dest, info in options.items():
            known.setdefault(group, set()).add(dest)
            for old in info['opt'].deprecated_opts:
                old_group = files.group_of(old.group or group)
                known.setdefault(old_group, set()).add(old.name or dest)
    return known


def _login_section(sections: Mapping[str, dict[str, str]]) -> str | None:
    return sections.get('keystone_authtoken', {}).get('auth_section')


def _is_back_end(
    group: str, options: Mapping[str, str], known: Mapping[str, set[str]]
) -> bool:
    """Tell a back end's section that is not enabled in this process."""
    return group not in known and (
        'driver' in options or _OF_BACK_ENDS.issuperset(options)
    )


def _driver(conf: cfg.ConfigOpts, group: str) -> str:
    for name in conf.enabled_backends:
        if files.group_of(name) == group:
            return str(conf[name].driver)
    return 'local'


def _missing_sections(
    conf: cfg.ConfigOpts, sections: Iterable[str], enabled: set[str]
) -> Iterator[str]:
    """Name sections that seem to be meant for a back end without one."""
    without = [
        name
        for name in conf.enabled_backends
        if files.group_of(name) not in sections
    ]
    for group in sections:
        near = difflib.get_close_matches(group, without, 1, 0.8)
        if near and group not in enabled:
            yield (
                f'[{group}]: is not the section of a back end that '
                f'[DEFAULT] enabled_backends names; did you mean [{near[0]}]?'
            )


def _sentence(one: files.Setting, known: dict[str, set[str]]) -> str:
    group = files.group_of(one.section)
    if group not in known:
        near = difflib.get_close_matches(one.section, known, 1)
        hint = f'; did you mean [{near[0]}]?' if near else ''
        return (
            f'[{one.section}]: is not a section that is read '
            f'(file {one.file}){hint or "."}'
        )
    near = difflib.get_close_matches(one.name, known[group], 1)
    hint = f'; did you mean {near[0]}?' if near else _elsewhere(one, known)
    return (
        f'[{one.section}] {one.name}: is not an option that is read '
        f'(file {one.file}){hint or "."}'
    )


def _elsewhere(one: files.Setting, known: dict[str, set[str]]) -> str:
    groups = [group for group in known if one.name in known[group]]
    return f'; did you mean [{groups[0]}] {one.name}?' if groups else ''

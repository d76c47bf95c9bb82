# SPDX-License-Identifier: Apache-2.0
"""Options of the back ends: which there are, and each one's own section."""

from collections.abc import Iterable
import json

from oslo_config import cfg
from oslo_config import types

from manila_groups import exception
from manila_groups.conf import backend_local
from manila_groups.conf import values


class Json(types.ConfigType):
    """The type of an option whose value is written as JSON.

    :param kind: what the JSON has to be: dict or list
    :param type_name: what the sample configuration calls the type
    """

    def __init__(self, kind: type, type_name: str):
        super().__init__(type_name=type_name)
        self.kind = kind

    def __call__(self, value):
        if isinstance(value, str):
            value = self._parsed(value)
        if not isinstance(value, self.kind):
            raise ValueError(f'must be a {self.type_name}')
        return value

    def _parsed(self, text):
        try:
            return json.loads(text)
        except ValueError as error:
            raise ValueError(
                f'must be a {self.type_name}, but is not JSON: {error}'
            ) from error

    def __repr__(self):
        return self.type_name

    def __eq__(self, other):
        return isinstance(other, Json) and self.kind is other.kind

    def __hash__(self):
        return hash((Json, self.kind))

    def _formatter(self, value):
        return json.dumps(value)


_OBJECT = Json(dict, 'JSON object')
_LIST = Json(list, 'JSON list')

OPTS = [
    cfg.ListOpt(
        'enabled_backends',
        default=[],
        item_type=values.Text(
            'be a name of at most 63 letters, digits and _ . - that begins '
            'with a letter or a digit',
            r'^[A-Za-z0-9][A-Za-z0-9_.-]*$',
            63,
        ),
        help='The back ends that manila-groups-backend runs here. Each name '
        'is the name of the section that configures the back end, and the '
        'second part of host@backend#pool. Do not change a name while share '
        'groups or shares are on the back end.',
    ),
]

SECTION_OPTS = [
    cfg.StrOpt(
        'driver',
        default='local',
        help='The driver of this back end: a name in the entry point '
        'namespace manila_groups.backend.drivers. "local" keeps shares on a '
        'file system of this machine; "fake" simulates storage.',
    ),
    cfg.StrOpt(
        'share_backend_name',
        help='The value of the capability share_backend_name, which the extra '
        'specs of share types can require. Several back ends may have the '
        "same value. The default is the section's name.",
    ),
    cfg.StrOpt(
        'backend_availability_zone',
        max_length=255,
        help='The availability zone of this back end. It overrides '
        '[service] availability_zone.',
    ),
    cfg.IntOpt(
        'reserved_percentage',
        default=0,
        min=0,
        max=100,
        help='The percentage of the total capacity that shares must leave '
        'free.',
    ),
    cfg.FloatOpt(
        'max_over_subscription_ratio',
        default=1.0,
        min=1,
        help='The maximum ratio of the sizes of all shares in a pool to the '
        'capacity of the pool. With more than 1, the shares together may be '
        'larger than the storage.',
    ),
    *backend_local.OPTS,
    cfg.Opt(
        'fake_pools',
        type=_LIST,
        sample_default='[{"name": "gold", "total_capacity_gb": 100}, '
        '{"name": "scrap", "total_capacity_gb": "infinite", '
        '"capabilities": {"media": ["disk", "tape"]}}]',
        help='The pools that the driver "fake" reports: a JSON list of '
        'objects. "name" is required; "total_capacity_gb" (a number of GiB, '
        '"infinite" or "unknown") is 1000 by default, "free_capacity_gb" the '
        'total, "reserved_percentage" the one of this section; '
        '"capabilities" and "group_capabilities" add to, and override, '
        'fake_capabilities and fake_group_capabilities. If not set, there is '
        'one pool with the name of the back end.',
    ),
    cfg.Opt(
        'fake_capabilities',
        type=_OBJECT,
        default={},
        help='The capabilities of each pool of the driver "fake", which are '
        'compared with the extra specs of share types: a JSON object. It '
        'adds to, and overrides, what every back end reports: '
        '{"driver_handles_share_servers": true} simulates a back end with a '
        'share server for each share network.',
    ),
    cfg.Opt(
        'fake_group_capabilities',
        type=_OBJECT,
        default={},
        help='The group capabilities of each pool of the driver "fake", which '
        'are compared with group specs: a JSON object, such as '
        '{"consistent_snapshot_support": "pool"}.',
    ),
    cfg.Opt(
        'fake_delays',
        type=types.Dict(types.Float(min=0), type_name='method:seconds'),
        default={},
        help='The number of seconds that methods of the driver "fake" take, '
        'such as create_share_group:2.5,pools:0.1. The methods are setup, '
        'check, pools, share_server, create_share_group, delete_share_group, '
        'create_share, delete_share, resize_share, update_access, '
        'create_share_group_snapshot, delete_share_group_snapshot, '
        'create_share_group_from_snapshot, revert_share_group, read_snapshot, '
        'create_share_group_from_files and restore_share_group.',
    ),
    cfg.Opt(
        'fake_failures',
        type=types.Dict(
            types.Float(min=0, max=1), type_name='method:fraction'
        ),
        default={},
        help='The fraction of the calls of a method of the driver "fake" that '
        'fail, from 0 (none) to 1 (all), such as create_share_group:0.25.',
    ),
    cfg.Opt(
        'fake_first_failures',
        type=types.Dict(types.Integer(min=0), type_name='method:number'),
        default={},
        help='The number of calls of a method of the driver "fake" that fail '
        'after each start; after these, fake_failures applies. Example: '
        'delete_share_group:2.',
    ),
    cfg.StrOpt(
        'fake_away_file',
        help='The path of a file. While it is there, the storage of the '
        'driver "fake" is away: every method fails for the moment, and the '
        'back end is down.',
    ),
    cfg.IntOpt(
        'fake_seed',
        help='The seed of the random choice of the calls that fail '
        '(fake_failures). With a seed, each run makes the same choice.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options that no back end's section holds."""
    conf.register_opts(OPTS)


def register_backend(
    conf: cfg.ConfigOpts, name: str, extra: Iterable[cfg.Opt] = ()
) -> None:
    """Register the options of one back end's section; may be repeated.

    :param name: the back end's name, which is the section's
    :param extra: options that the back end's driver adds
    :raises ConfigurationError: if the section is not a back end's
    """
    if name.upper() == 'DEFAULT' or (name in conf and not _ours(conf[name])):
        raise exception.ConfigurationError(
            f'[DEFAULT] enabled_backends: "{name}" has a meaning of its own '
            'in the configuration; give the back end another name'
        )
    conf.register_opts([*SECTION_OPTS, *extra], group=name)


def _ours(value):
    group = isinstance(value, cfg.ConfigOpts.GroupAttr)
    return group and 'local_path' in value


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(None, OPTS), ('<backend>', SECTION_OPTS)]

# SPDX-License-Identifier: Apache-2.0
"""Shares in responses."""

from oslo_utils import strutils

from manila_groups import states
from manila_groups.api.views import base
from manila_groups.api.views import scheduler_hints
from manila_groups.api.views import shapes

#: The progress of a creation; shares with another status have been created.
_PROGRESS = {states.CREATING: '0%', states.ERROR: None}

_LINKS = base.links('shares')


def _constant(name, value, since='2.31'):
    """A field of a feature that shares do not have here."""
    return base.Field(
        name, since=since, value=lambda *_: value, shape={'const': value}
    )


def _progress(share, _request):
    return _PROGRESS.get(share.status, '100%')


def _type_name(share, _request):
    return share.share_type_name


def _type_id(share, _request):
    return share.share_type_id


def _replication_type(share, _request):
    return share.share_type_specs.get('replication_type')


def _support(name, since='2.31'):
    """A boolean extra spec of the share's type."""

    def value(share, _request):
        text = share.share_type_specs.get(name, '').strip()
        return strutils.bool_from_string(text.removeprefix('<is>').strip())

    return base.Field(name, since=since, value=value, shape=shapes.FLAG)


#: The fields in the plain list.
SUMMARY = base.View(base.Field('id'), base.optional('name'), _LINKS)

DETAIL = base.View(
    base.Field('id'),
    base.Field('size', shape=shapes.COUNT),
    base.optional('availability_zone'),
    base.time('created_at'),
    base.Field('status', shape=shapes.one_of(*states.SHARE_STATUSES)),
    base.optional('name'),
    base.optional('description'),
    base.Field('project_id'),
    base.optional('snapshot_id'),
    base.optional('share_network_id'),
    base.Field('share_proto'),
    base.Field('metadata', shape=shapes.TEXTS),
    base.Field('share_type', value=_type_id),
    base.Field('share_type_name'),
    base.Field('volume_type', value=_type_name),
    base.Field('is_public', shape=shapes.FLAG),
    base.Field(
        'access_rules_status', shape=shapes.one_of(*states.RULES_STATUSES)
    ),
    base.optional('user_id'),
    base.optional('share_group_id'),
    base.optional('source_share_group_snapshot_member_id'),
    base.optional('source_share_id', since='share-groups 1.4'),
    base.optional(
        'source_share_group_backup_member_id', since='share-groups 1.7'
    ),
    _constant('task_state', None),
    _constant('has_replicas', False),
    base.optional('replication_type', value=_replication_type),
    _support('snapshot_support'),
    _support('create_share_from_snapshot_support'),
    _support('revert_to_snapshot_support'),
    _support('mount_snapshot_support', since='2.32'),
    _support('snapshot_inherit_share_access_support', since='2.99'),
    base.optional('progress', since='2.54', value=_progress),
    _constant('is_soft_deleted', False, since='2.69'),
    _constant('scheduled_to_be_deleted_at', None, since='2.69'),
    _constant('source_backup_id', None, since='2.80'),
    _constant('encryption_key_ref', None, since='2.90'),
    scheduler_hints.FIELD,
    base.optional('share_server_id', admin=True),
    base.optional('host', admin=True),
    _LINKS,
)


def _page(view):
    return shapes.page(
        'shares',
        item=view,
        sometimes={'count': shapes.COUNT},
    )


ONE = shapes.one('share', shape=DETAIL)
PAGE = _page(SUMMARY)
DETAILED_PAGE = _page(DETAIL)

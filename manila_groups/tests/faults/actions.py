# SPDX-License-Identifier: Apache-2.0
"""What clients do, each as one request whose outcome goes to the ledger."""

import re

from manila_groups.tests.faults import ledger
from manila_groups.tests.soak import shares as soak_shares

#: How the API names one thing of a kind.
NOUNS = {
    ledger.GROUPS: 'share_group',
    ledger.SHARES: 'share',
    ledger.SNAPSHOTS: 'share_group_snapshot',
    ledger.BACKUPS: 'share_group_backup',
}
_WORDS = {kind: noun.replace('_', ' ') for kind, noun in NOUNS.items()}

#: What is right to refuse, as others are at work at the same time: the status
#: and a part of the message.
_RACES = (
    (400, 'has the status'),
    (400, 'no share group'),
    (400, 'is not larger than'),
    (403, 'has the status'),
    (403, 'snapshot'),
    (404, ''),
    (409, ''),
)


def outcome(me, what, method, path, answer) -> str:
    """Say what a client knows after an answer; no race explains some.

    :param answer: of Session.send
    """
    status, found = answer
    if status is None:
        return ledger.UNKNOWN
    if status in (200, 202):
        return ledger.ACCEPTED
    if status == 503:
        of_database = 'database' in str(found)
        return ledger.DOUBTFUL if of_database else ledger.UNAVAILABLE
    if not any(
        status == expected and re.search(text, str(found), re.IGNORECASE)
        for expected, text in _RACES
    ):
        me.unexpected(what, f'{method} {path}: {status} {found!s:.300}')
    return f'{ledger.REFUSED} {status}'


def _create(me, what, kind, values, group=None, origin=None):
    name = me.ledger.new_name()
    body = {NOUNS[kind]: {'name': name, **values}}
    path = f'/{kind}'
    answer = me.session.send('POST', path, body)
    known = outcome(me, what, 'POST', path, answer)
    me.ledger.count(what, known)
    if known == ledger.UNAVAILABLE:
        me.ledger.refused.append((kind, name))
    if known not in (ledger.ACCEPTED, *ledger.UNSURE):
        return None
    thing = ledger.Thing(
        kind, name, me.session, group, creation=known, origin=origin
    )
    if known == ledger.ACCEPTED:
        thing.id = answer[1][NOUNS[kind]]['id']
        me.things.append(thing)
    me.ledger.add(thing)
    return thing


def create_group(me):
    """Create a share group."""
    return _create(me, 'create a share group', ledger.GROUPS, {})


def create_share(me, group):
    """Create a share in a group."""
    values = {
        'size': me.random.randint(1, 3),
        'share_proto': 'NFS',
        'share_group_id': group.id,
    }
    what = 'create a share'
    return _create(me, what, ledger.SHARES, values, group)


def create_snapshot(me, group):
    """Take a snapshot of a group."""
    values = {'share_group_id': group.id}
    what = 'create a share group snapshot'
    return _create(me, what, ledger.SNAPSHOTS, values, group)


def create_backup(me, group):
    """Back up a group."""
    values = {'share_group_id': group.id}
    what = 'create a share group backup'
    return _create(me, what, ledger.BACKUPS, values, origin=group)


def create_backup_of_snapshot(me, snapshot):
    """Back up what a snapshot shows."""
    values = {'share_group_snapshot_id': snapshot.id}
    what = 'create a share group backup from a snapshot'
    return _create(me, what, ledger.BACKUPS, values, origin=snapshot.group)


def rebuild(me, backup):
    """Create a share group from a backup, and find its shares."""
    what = 'create a share group from a share group backup'
    values = {'source_share_group_backup_id': backup.id}
    return _create_with_shares(me, what, values)


def restore(me, backup):
    """Restore a backup to the share group that it is of."""
    return _change(me, backup, 'restore', None)


def clone(me, snapshot):
    """Create a share group from a snapshot, and find its shares."""
    what = 'create a share group from a snapshot'
    values = {'source_share_group_snapshot_id': snapshot.id}
    return _create_with_shares(me, what, values)


def copy(me, group):
    """Create a share group from another one, and find its shares."""
    what = 'create a share group from a share group'
    return _create_with_shares(me, what, {'source_share_group_id': group.id})


def _create_with_shares(me, what, values):
    made = _create(me, what, ledger.GROUPS, values)
    if made is None or made.id is None:
        return made
    found = me.session.look(f'/shares?share_group_id={made.id}')
    for one in found or ():
        share = ledger.Thing(
            ledger.SHARES,
            one['name'],
            me.session,
            made,
            one['id'],
            creation=ledger.IMPLIED,
        )
        me.things.append(share)
        me.ledger.add(share)
    return made


def delete(me, thing):
    """Delete something."""
    path = thing.path
    if thing.kind == ledger.SHARES:
        path += f'?share_group_id={thing.group.id}'
    answer = me.session.send('DELETE', path)
    what = f'delete a {_WORDS[thing.kind]}'
    return _note_deletion(me, thing, what, 'DELETE', path, answer)


def force_delete(me, thing):
    """Delete something in whatever status it is."""
    path = f'{thing.path}/action'
    answer = me.session.send('POST', path, {'force_delete': None}, 'admin')
    what = f'force-delete a {_WORDS[thing.kind]}'
    return _note_deletion(me, thing, what, 'POST', path, answer)


def _note_deletion(me, thing, what, method, path, answer):
    known = outcome(me, what, method, path, answer)
    me.ledger.count(what, known)
    if known in (ledger.ACCEPTED, *ledger.UNSURE):
        thing.note_deletion(known)
    if answer[0] == 404:
        me.forget(thing)
    return thing


def revert(me, snapshot):
    """Revert a share group to a snapshot."""
    values = {'share_group_snapshot_id': snapshot.id}
    return _change(me, snapshot.group, 'revert', values)


def extend(me, share):
    """Let a share hold more."""
    return _change(me, share, 'extend', {'new_size': me.random.randint(2, 9)})


def allow(me, share):
    """Add an access rule."""
    values = {
        'access_type': 'ip',
        'access_to': soak_shares.address(me.random),
        'access_level': me.random.choice(('ro', 'rw')),
    }
    return _change(me, share, 'allow_access', values)


def _change(me, thing, action, values):
    path = f'{thing.path}/action'
    what = f'{action} of a {_WORDS[thing.kind]}'
    answer = me.session.send('POST', path, {action: values})
    known = outcome(me, what, 'POST', path, answer)
    me.ledger.count(what, known, is_change=True)
    return thing

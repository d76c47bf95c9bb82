# SPDX-License-Identifier: Apache-2.0
"""Access rules: which clients may mount a share."""

from collections.abc import Mapping
import dataclasses

from oslo_utils import uuidutils

from manila_groups import addresses
from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.db import share_access_rules as rows
from manila_groups.db import shares
from manila_groups.domain import changes
from manila_groups.domain.access_rules import update
from manila_groups.domain.events import base as events
from manila_groups.domain.operations import beginning
from manila_groups.rpc import wake

#: The only kind of rules that there is; others are for other protocols.
IP = 'ip'
LEVELS = ('rw', 'ro')

#: Also of a public share, others do not learn who may mount it.
_SHARE = changes.Owned(states.SHARE, shares)


@dataclasses.dataclass(frozen=True, slots=True)
class NewRule:
    """What a user asks for.

    :ivar access_to: an IPv4 or IPv6 address, or a network in CIDR notation
    :ivar metadata: what is to be noted with the rule
    """

    access_to: str
    access_level: str = LEVELS[0]
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)


def to_clients(text: str) -> str:
    """Write an address or a network in the one way that rules have.

    A network of one address is the address.

    :raises Invalid: it is neither
    """
    return addresses.canonical(_parse(text))


def _to_new_clients(text):
    """Write the clients of a new rule; those of old rules may be nobody."""
    network = _parse(text)
    reason = addresses.why_no_client(network)
    if reason:
        everyone = '0.0.0.0/0' if network.version == 4 else '::/0'
        raise exception.Invalid(
            f"access_to: '{text:.100}' cannot be let in: {reason}. For every "
            f'IPv{network.version} address, use {everyone}.'
        )
    return addresses.canonical(network)


def _parse(text):
    try:
        return addresses.parse(text)
    except ValueError as error:
        raise exception.Invalid(
            f"access_to: '{text:.100}' is neither an IP address nor a network "
            f'in CIDR notation ({error!s:.200}).'
        ) from None


class ShareAccess:
    """The access rules of shares.

    :param waker: wakes back ends
    """

    def __init__(self, db: db_api.Database, waker: wake.Waker):
        self._db = db
        self._waker = waker

    def share(self, ctxt, share_id: str) -> records.Share:
        """Read a share whose rules the caller sees.

        :raises NotFound: there is none
        """
        with self._db.reader() as conn:
            return _SHARE.find(conn, ctxt, share_id)

    def list_of(
        self, share_id: str, filters: Mapping | None = None
    ) -> list[records.AccessRule]:
        """Read the rules of a share, oldest first.

        :param filters: keys of db.share_access_rules.FILTERS
        :raises Invalid: access_to is neither an address nor a network
        """
        filters = dict(filters or {})
        if 'access_to' in filters:
            filters['access_to'] = to_clients(filters['access_to'])
        with self._db.reader() as conn:
            return rows.of_share(conn, share_id, filters)

    def get(
        self, ctxt, rule_id: str
    ) -> tuple[records.Share, records.AccessRule]:
        """Read one rule, and the share that it is for.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.snapshot() as conn:
            rule = rows.get(conn, rule_id)
            if rule is None:
                raise exception.no_row('access rule', rule_id)
            try:
                share = _SHARE.find(conn, ctxt, rule.share_id)
            except exception.NotFound:
                raise exception.no_row('access rule', rule_id) from None
            return share, rule

    def allow(self, ctxt, share_id: str, wanted: NewRule):
        """Let clients mount a share, as soon as its back end has heard of it.

        :returns: the rule
        :raises NotFound: there is no share that the caller may see
        :raises Invalid: access_to is neither an address nor a network, no
            client's, or has a rule already; or the share's status forbids it
        """
        rule, wakes = self._insert(ctxt, share_id, wanted)
        wake.wake_all(self._waker, wakes)
        return rule

    @changes.locked(_SHARE)
    def _insert(self, share, wanted):
        _begin_change(share)
        values = {
            'id': uuidutils.generate_uuid(),
            'share_id': share.row.id,
            'access_type': IP,
            'access_to': _to_new_clients(wanted.access_to),
            'access_level': wanted.access_level,
            'request_id': share.ctxt.request_id,
        }
        rows.insert(share.conn, values, wanted.metadata)
        rule = rows.get(share.conn, values['id'])
        _note(share, rule, 'allow.start')
        return rule, _begin(share)

    def deny(self, ctxt, share_id: str, rule_id: str) -> None:
        """Begin to take a rule away; one that goes already stays so.

        :raises NotFound: the caller sees no such share, or it has no such
            rule
        :raises Invalid: the share's status forbids it
        """
        wakes = self._begin_denial(ctxt, share_id, rule_id)
        wake.wake_all(self._waker, wakes)

    @changes.locked(_SHARE)
    def _begin_denial(self, share, rule_id):
        _begin_change(share)
        rule = _get_rule(share, rule_id)
        denied = _transit(share, rule, states.AccessRule.QUEUE_DENIAL)
        if denied is not None:
            _note(share, denied, 'deny.start')
        return _begin(share)

    def change_level(self, ctxt, rule_id: str, level: str):
        """Change what a rule's clients may do.

        :returns: the rule
        :raises NotFound: there is no rule that the caller may see
        :raises Invalid: the status of the share or of the rule forbids it
        """
        share, rule = self.get(ctxt, rule_id)
        if rule.access_level != level:
            rule, wakes = self._begin_level(ctxt, share.id, rule_id, level)
            wake.wake_all(self._waker, wakes)
        return rule

    @changes.locked(_SHARE)
    def _begin_level(self, share, rule_id, level):
        _begin_change(share)
        rule = _get_rule(share, rule_id)
        changed = _transit(
            share, rule, states.AccessRule.QUEUE_CHANGE, access_level=level
        )
        if changed is None:
            raise exception.Invalid(
                f'The access rule {rule_id} has the state {rule.state}; it '
                'cannot be changed any more.'
            )
        _note(share, changed, 'allow.start')
        return changed, _begin(share)

    def set_metadata(
        self, ctxt, rule_id: str, metadata: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Set or change what is noted with a rule; other keys stay.

        :returns: all that is noted with it
        :raises NotFound: there is no rule that the caller may see
        """
        share, _rule = self.get(ctxt, rule_id)
        return self._set_metadata(ctxt, share.id, rule_id, metadata)

    @changes.locked(_SHARE)
    def _set_metadata(self, share, rule_id, metadata):
        _get_rule(share, rule_id)
        rows.set_metadata(share.conn, rule_id, metadata)
        rule = _get_rule(share, rule_id)
        _note(share, rule, 'update')
        return rule.metadata

    def delete_metadata(self, ctxt, rule_id: str, key: str) -> None:
        """Delete one key of what is noted with a rule.

        :raises NotFound: there is no rule that the caller may see, or it does
            not have the key
        """
        share, _rule = self.get(ctxt, rule_id)
        self._delete_metadata(ctxt, share.id, rule_id, key)

    @changes.locked(_SHARE)
    def _delete_metadata(self, share, rule_id, key):
        if not rows.delete_metadata(share.conn, rule_id, key):
            raise exception.NotFound(
                f'The access rule {rule_id} has no metadata {key:.255}.'
            )
        _note(share, _get_rule(share, rule_id), 'update')


def _note(share, rule, verb):
    events.note(
        share.conn,
        f'share_access.{verb}',
        rule,
        share.ctxt,
        project_id=share.row.project_id,
    )


def _transit(share, rule, transition, **values):
    return changes.transit(
        share.conn,
        changes.SHARE_ACCESS,
        rule,
        transition,
        request_id=share.ctxt.request_id,
        **values,
    )


def _get_rule(share, rule_id):
    rule = rows.get(share.conn, rule_id)
    if rule is None or rule.share_id != share.row.id:
        raise exception.no_row('access rule', rule_id)
    return rule


def _begin(share):
    """Begin to apply a share's rules, unless that has begun already."""
    row = dataclasses.replace(share.row, request_id=share.ctxt.request_id)
    found = operations.open_on(share.conn, states.SHARE_ACCESS, row.id)
    if found is None:
        return beginning.begin_many(share.conn, update.VERB, [row])
    return [wake.Wake(found.runs_at, found.kind, row.id)]


def _begin_change(share):
    """Let a share whose rules are to change say so."""
    row = share.row
    if row.status not in states.SETTLED or row.host is None:
        raise exception.Invalid(
            f'The share {utils.label(row)} has the status {row.status}; its '
            'access '
            f'rules can be changed when it is {" or ".join(states.SETTLED)}.'
        )
    share.update(access_rules_status=states.SYNCING)

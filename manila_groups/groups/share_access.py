# SPDX-License-Identifier: Apache-2.0
"""Access rules: which clients may mount a share."""

from collections.abc import Mapping
import dataclasses

from oslo_utils import uuidutils

from manila_groups import addresses
from manila_groups import exception
from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import share_access_rules as rows
from manila_groups.db import shares
from manila_groups.groups import events

#: The only kind of rules that there is; others are for other protocols.
IP = 'ip'
LEVELS = ('rw', 'ro')


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

    :param backends: tells back ends of waiting work
    """

    def __init__(self, db: db_api.Database, backends):
        self._db = db
        self._backends = backends

    def share(self, ctxt, share_id: str) -> records.Share:
        """Read a share whose rules the caller sees.

        :raises NotFound: there is none
        """
        with self._db.reader() as conn:
            return _get_share(conn, ctxt, share_id)

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

        :raises NotFound: there is none that the caller sees
        """
        with self._db.reader() as conn:
            rule = rows.get(conn, rule_id)
            if rule is None:
                raise _no_rule(rule_id)
            try:
                share = _get_share(conn, ctxt, rule.share_id)
            except exception.NotFound:
                raise _no_rule(rule_id) from None
            return share, rule

    def allow(self, ctxt, share_id: str, wanted: NewRule):
        """Let clients mount a share, as soon as its back end has heard of it.

        :returns: the rule
        :raises NotFound: there is no share that the caller sees
        :raises Invalid: access_to is neither an address nor a network, no
            client's, or has a rule already; or the share's status forbids it
        """
        share, rule = self._insert(ctxt, share_id, wanted)
        self._hint(ctxt, share)
        return rule

    @db_api.transaction
    def _insert(self, conn, ctxt, share_id, wanted):
        share = _begin_change(conn, ctxt, share_id)
        values = {
            'id': uuidutils.generate_uuid(),
            'share_id': share_id,
            'access_type': IP,
            'access_to': _to_new_clients(wanted.access_to),
            'access_level': wanted.access_level,
            'request_id': ctxt.request_id,
        }
        rows.insert(conn, values, wanted.metadata)
        rule = rows.get(conn, values['id'])
        _note(conn, ctxt, 'allow.start', share, rule)
        return share, rule

    def deny(self, ctxt, share_id: str, rule_id: str) -> None:
        """Begin to take a rule away; one that goes already stays so.

        :raises NotFound: the caller sees no such share, or it has no such
            rule
        :raises Invalid: the share's status forbids it
        """
        self._hint(ctxt, self._begin_denial(ctxt, share_id, rule_id))

    @db_api.transaction
    def _begin_denial(self, conn, ctxt, share_id, rule_id):
        share = _begin_change(conn, ctxt, share_id)
        _get_rule(conn, share_id, rule_id)
        if rows.ROWS.transition(
            conn,
            rule_id,
            states.RULE_QUEUE_DENIAL,
            request_id=ctxt.request_id,
        ):
            rule = rows.get(conn, rule_id)
            _note(conn, ctxt, 'deny.start', share, rule)
        return share

    def change_level(self, ctxt, rule_id: str, level: str):
        """Change what a rule's clients may do.

        :returns: the rule
        :raises NotFound: there is no rule that the caller sees
        :raises Invalid: the status of the share or of the rule forbids it
        """
        share, rule = self.get(ctxt, rule_id)
        if rule.access_level != level:
            rule = self._begin_level(ctxt, share.id, rule_id, level)
            self._hint(ctxt, share)
        return rule

    @db_api.transaction
    def _begin_level(self, conn, ctxt, share_id, rule_id, level):
        share = _begin_change(conn, ctxt, share_id)
        rule = _get_rule(conn, share_id, rule_id)
        if not rows.ROWS.transition(
            conn,
            rule_id,
            states.RULE_QUEUE_CHANGE,
            access_level=level,
            request_id=ctxt.request_id,
        ):
            raise exception.Invalid(
                f'The access rule {rule_id} has the state {rule.state}; '
                'it can not be changed any more.'
            )
        rule = rows.get(conn, rule_id)
        _note(conn, ctxt, 'allow.start', share, rule)
        return rule

    @db_api.retry_on_deadlock
    def set_metadata(
        self, ctxt, rule_id: str, metadata: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Set or change what is noted with a rule; other keys stay.

        :returns: all that is noted with it
        :raises NotFound: there is no rule that the caller sees
        """
        share, _rule = self.get(ctxt, rule_id)
        with self._db.writer() as conn:
            if not rows.ROWS.lock(conn, rule_id):
                raise _no_rule(rule_id)
            rows.set_metadata(conn, rule_id, metadata)
            rule = rows.get(conn, rule_id)
            _note(conn, ctxt, 'update', share, rule)
            return rule.metadata

    @db_api.retry_on_deadlock
    def delete_metadata(self, ctxt, rule_id: str, key: str) -> None:
        """Delete one key of what is noted with a rule.

        :raises NotFound: there is no rule that the caller sees, or it has no
            such key
        """
        share, _rule = self.get(ctxt, rule_id)
        with self._db.writer() as conn:
            if not rows.delete_metadata(conn, rule_id, key):
                raise exception.NotFound(
                    f'The access rule {rule_id} has no metadata {key:.255}.'
                )
            rule = rows.get(conn, rule_id)
            _note(conn, ctxt, 'update', share, rule)

    def _hint(self, ctxt, share):
        self._backends.work(ctxt, share.host, states.SHARE_ACCESS, share.id)


def _get_share(conn, ctxt, share_id):
    # Also of a public share, others do not learn who may mount it.
    share = shares.get(conn, share_id)
    visible = ctxt.visible_project
    if share is None or visible not in (None, share.project_id):
        raise exception.NotFound(f'There is no share {share_id:.255}.')
    return share


def _note(conn, ctxt, verb, share, rule):
    events.note(
        conn,
        f'share_access.{verb}',
        rule,
        ctxt,
        project_id=share.project_id,
    )


def _get_rule(conn, share_id, rule_id):
    rule = rows.get(conn, rule_id)
    if rule is None or rule.share_id != share_id:
        raise _no_rule(rule_id)
    return rule


def _no_rule(rule_id):
    return exception.NotFound(f'There is no access rule {rule_id:.255}.')


def _begin_change(conn, ctxt, share_id):
    """Hold a share whose rules are to change, and let it say so."""
    shares.ROWS.update(conn, share_id, {'access_rules_status': states.SYNCING})
    share = _get_share(conn, ctxt, share_id)
    if share.status not in states.SETTLED or share.host is None:
        raise exception.Invalid(
            f'The share {share_id} has the status {share.status}; its access '
            f'rules can be changed when it is {" or ".join(states.SETTLED)}.'
        )
    return share

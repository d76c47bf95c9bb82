# SPDX-License-Identifier: Apache-2.0
"""The table of operations."""

import sqlalchemy as sa

from manila_groups.db import columns


class Operation(columns.Base):
    """One verb at work on one resource; it ends with the row's deletion.

    runs_at is who does the present step: the schedulers, or one back end as
    host@backend.  Operations of one queue_id run one after the other: it is
    the id of the share group, or the resource's own.  exclusive_id is the
    resource's id while no other exclusive operation may begin on it.

    payload has what only this verb knows, parent_id the operation that began
    this one, and reason why its last try did not succeed.  moved_at is the
    time of the last step or progress, by which a deadline is measured;
    not_before is when an operation that was put off is due.

    worker is the process that has claimed it, until leased_until unless the
    lease is renewed; tries counts the claims of the present step.  forced
    means that it has to end, whether or not its back end can carry it out.
    """

    __tablename__ = 'operations'
    id = sa.Column(
        sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
        primary_key=True,
        autoincrement=True,
    )
    kind = sa.Column(sa.String(32), nullable=False)
    resource_id = sa.Column(columns.Id, nullable=False)
    exclusive_id = sa.Column(columns.Id)
    queue_id = sa.Column(columns.Id, nullable=False)
    parent_id = sa.Column(sa.BigInteger)
    verb = sa.Column(sa.String(32), nullable=False)
    step = sa.Column(sa.String(32), nullable=False)
    runs_at = columns.text(nullable=False)
    payload = sa.Column(columns.Json, nullable=False)
    progress = sa.Column(columns.Json)
    project_id = columns.text()
    user_id = columns.text()
    request_id = columns.text()
    forced = columns.flag()
    reason = sa.Column(sa.Text)
    created_at = sa.Column(columns.Time, nullable=False)
    moved_at = sa.Column(columns.Time, nullable=False)
    not_before = sa.Column(columns.Time)
    worker, leased_until, tries = columns.lease()
    __table_args__ = columns.table_args(
        sa.UniqueConstraint('kind', 'exclusive_id'),
        sa.Index('ix_operations_runs_at_queue_id', 'runs_at', 'queue_id'),
        sa.Index(None, 'kind', 'resource_id'),
        sa.Index(None, 'queue_id'),
        sa.Index(None, 'worker'),
        sa.Index(None, 'moved_at'),
        sqlite_autoincrement=True,
    )

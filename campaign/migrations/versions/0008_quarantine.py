"""What looks stuffed is quarantined: kept, and not counted. Organizers do and undo that in batches."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BEFORE = {"messages": "TRUE", "pledges": "confirmed_at IS NOT NULL AND withdrawn_at IS NULL"}
COUNTS = {
    "messages": "quarantined_at IS NULL",
    "pledges": "confirmed_at IS NOT NULL AND withdrawn_at IS NULL AND quarantined_at IS NULL",
}
INDEXES = {
    "ix_messages_network_hash": ("messages", "network_hash"),
    "ix_messages_words_hash": ("messages", "words_hash"),
    "ix_pledges_network_hash": ("pledges", "network_hash"),
}


def upgrade() -> None:
    for table in COUNTS:
        op.add_column(table, sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("quarantined_for", sa.String(length=40), nullable=True))
        for name in ("network_hash", "domain_hash", "words_hash"):
            op.add_column(table, sa.Column(name, sa.String(length=64), nullable=True))
    for name, (table, column) in INDEXES.items():
        op.create_index(name, table, [column, "created_at"])
    for table in COUNTS:
        where = sa.text("network_hash IS NOT NULL")
        op.create_index(f"ix_{table}_signs", table, ["created_at"], sqlite_where=where, postgresql_where=where)
    _index_what_is_to_count(COUNTS)
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("organizer", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default="0", nullable=False)
            for name in ("messages_up_to", "pledges_up_to", "messages", "pledges")
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    unfinished = sa.text("done_at IS NULL")
    op.create_index("ix_batches_open", "batches", ["id"], sqlite_where=unfinished, postgresql_where=unfinished)


def downgrade() -> None:
    op.drop_index("ix_batches_open", "batches")
    op.drop_table("batches")
    _index_what_is_to_count(BEFORE)
    for name, (table, _column) in INDEXES.items():
        op.drop_index(name, table)
    for table in COUNTS:
        op.drop_index(f"ix_{table}_signs", table)
        for name in ("words_hash", "domain_hash", "network_hash", "quarantined_for", "quarantined_at"):
            op.drop_column(table, name)


def _index_what_is_to_count(conditions: dict[str, str]) -> None:
    for table, counts in conditions.items():
        op.drop_index(f"ix_{table}_to_count", table)
        differs = sa.text(f"counted <> ({counts})")
        op.create_index(f"ix_{table}_to_count", table, ["id"], sqlite_where=differs, postgresql_where=differs)

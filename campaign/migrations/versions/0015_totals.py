"""The totals hold every figure of the organizers', and each row says as what they hold it. The counter takes all up."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BEFORE = {
    "messages": "quarantined_at IS NULL",
    "pledges": "confirmed_at IS NOT NULL AND withdrawn_at IS NULL AND quarantined_at IS NULL",
    "clicks": "by = 'person'",
}

SAID = {"opened": 1, "sent": 2, "printed": 4, "called": 8, "visited": 16, "replied": 32}

COUNTS_AS = {
    "messages": "CASE WHEN quarantined_at IS NOT NULL THEN 2 WHEN originality IS NULL THEN 1 ELSE 3 + originality END",
    "deliveries": " + ".join(f"CASE WHEN {word}_at IS NULL THEN 0 ELSE {bit} END" for word, bit in SAID.items()),
    "pledges": (
        "CASE WHEN withdrawn_at IS NOT NULL THEN 3 WHEN quarantined_at IS NOT NULL THEN 4 "
        "WHEN confirmed_at IS NOT NULL THEN 2 ELSE 1 END"
    ),
    "clicks": "CASE by WHEN 'person' THEN 1 WHEN 'prefetch' THEN 2 WHEN 'preview' THEN 3 WHEN 'bot' THEN 4 END",
    "gifts": "CASE WHEN click_id IS NULL THEN 2 ELSE 1 END",
}

TO_MEASURE = sa.text("originality IS NULL AND sealed IS NOT NULL")


def upgrade() -> None:
    op.drop_table("totals")
    for table in BEFORE:
        op.drop_index(f"ix_{table}_to_count", table)
        op.drop_column(table, "counted")
    op.add_column("messages", sa.Column("originality", sa.SmallInteger(), nullable=True))
    op.create_index("ix_messages_to_measure", "messages", ["id"], sqlite_where=TO_MEASURE, postgresql_where=TO_MEASURE)
    for table, counts_as in COUNTS_AS.items():
        op.add_column(table, sa.Column("counted", sa.SmallInteger(), server_default="0", nullable=False))
        differs = sa.text(f"counted <> ({counts_as})")
        op.create_index(f"ix_{table}_to_count", table, ["id"], sqlite_where=differs, postgresql_where=differs)
    op.create_table(
        "totals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("figure", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_totals"),
        sa.UniqueConstraint("by", "partner", "key", "figure", "kind", name="uq_totals_by_partner_key_figure_kind"),
    )
    op.create_table(
        "steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_steps"),
        sa.UniqueConstraint("day", "letter", "partner", "step", name="uq_steps_day_letter_partner_step"),
    )


def downgrade() -> None:
    op.drop_table("steps")
    op.drop_table("totals")
    for table in reversed(COUNTS_AS):
        op.drop_index(f"ix_{table}_to_count", table)
        op.drop_column(table, "counted")
    op.drop_index("ix_messages_to_measure", "messages")
    op.drop_column("messages", "originality")
    for table, counts in BEFORE.items():
        op.add_column(table, sa.Column("counted", sa.Boolean(), server_default=sa.false(), nullable=False))
        differs = sa.text(f"counted <> ({counts})")
        op.create_index(f"ix_{table}_to_count", table, ["id"], sqlite_where=differs, postgresql_where=differs)
    op.create_table(
        "totals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_totals"),
        sa.UniqueConstraint("figure", "kind", "state", "partner", name="uq_totals_figure_kind_state_partner"),
    )

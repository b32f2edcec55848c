"""The public totals, and which rows they hold. Rows that are there already are taken up by the counter."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

COUNTS = {"messages": "TRUE", "pledges": "confirmed_at IS NOT NULL AND withdrawn_at IS NULL", "clicks": "TRUE"}


def upgrade() -> None:
    for table, counts in COUNTS.items():
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


def downgrade() -> None:
    op.drop_table("totals")
    for table in COUNTS:
        op.drop_index(f"ix_{table}_to_count", table)
        op.drop_column(table, "counted")

"""Hand-overs know who asked and what went along; gifts come back to them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BEFORE = "TRUE"
COUNTS = "by = 'person'"


def upgrade() -> None:
    op.add_column("clicks", sa.Column("by", sa.String(length=16), server_default="person", nullable=False))
    op.add_column("clicks", sa.Column("token", sa.String(length=64), nullable=True))
    op.create_index("ix_clicks_token", "clicks", ["token"], unique=True)
    _index_what_is_to_count(COUNTS)
    op.create_table(
        "gifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("click_id", sa.Integer(), nullable=True),
        sa.Column("destination", sa.String(length=64), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gifts")),
        sa.ForeignKeyConstraint(["click_id"], ["clicks.id"], name=op.f("fk_gifts_click_id_clicks")),
        sa.UniqueConstraint("reference", name=op.f("uq_gifts_reference")),
        sa.UniqueConstraint("click_id", name=op.f("uq_gifts_click_id")),
    )


def downgrade() -> None:
    op.drop_table("gifts")
    _index_what_is_to_count(BEFORE)
    op.drop_index("ix_clicks_token", "clicks")
    op.drop_column("clicks", "token")
    op.drop_column("clicks", "by")


def _index_what_is_to_count(counts: str) -> None:
    op.drop_index("ix_clicks_to_count", "clicks")
    differs = sa.text(f"counted <> ({counts})")
    op.create_index("ix_clicks_to_count", "clicks", ["id"], sqlite_where=differs, postgresql_where=differs)

"""Links by which an office's page is shown to somebody outside, for some days."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("seat", sa.String(length=5), nullable=False),
        sa.Column("bioguide", sa.String(length=7), nullable=False),
        sa.Column("audience", sa.String(length=100), nullable=False),
        sa.Column("organizer", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
        sa.UniqueConstraint("token_hash", name="uq_shares_token_hash"),
    )
    op.create_index("ix_shares_ends_at", "shares", ["ends_at"])
    op.create_index("ix_shares_seat", "shares", ["seat"])


def downgrade() -> None:
    op.drop_table("shares")

"""Pledges are confirmed by a link in a mail, said to be done, and withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "confirm_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_confirm_links"),
        sa.UniqueConstraint("token_hash", name="uq_confirm_links_token_hash"),
    )
    op.create_index("ix_confirm_links_email_hash", "confirm_links", ["email_hash"])
    op.add_column("pledges", sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pledges", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("withdrawn_at", "fulfilled_at"):
        op.drop_column("pledges", name)
    op.drop_index("ix_confirm_links_email_hash", "confirm_links")
    op.drop_table("confirm_links")

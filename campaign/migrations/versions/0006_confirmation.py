"""Pledges are confirmed by a link in a mail, done, and withdrawn; two of a household may share an address of email."""

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
        sa.PrimaryKeyConstraint("id", name="pk_confirm_links"),
        sa.UniqueConstraint("token_hash", name="uq_confirm_links_token_hash"),
    )
    op.create_index("ix_confirm_links_email_hash", "confirm_links", ["email_hash"])
    with op.batch_alter_table("pledges") as pledges:  # no other table refers to it
        for name in ("fulfilled_at", "withdrawn_at"):
            pledges.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        pledges.add_column(sa.Column("slot", sa.Integer(), nullable=False, server_default="1"))
        for name in ("name_hash", "zip_hash"):
            pledges.add_column(sa.Column(name, sa.String(length=64), nullable=True))
        pledges.drop_constraint("uq_pledges_supporter_id_kind", type_="unique")
        pledges.create_unique_constraint("uq_pledges_supporter_id_kind_slot", ["supporter_id", "kind", "slot"])


def downgrade() -> None:
    op.execute("DELETE FROM pledges WHERE slot > 1")
    with op.batch_alter_table("pledges") as pledges:
        pledges.drop_constraint("uq_pledges_supporter_id_kind_slot", type_="unique")
        pledges.create_unique_constraint("uq_pledges_supporter_id_kind", ["supporter_id", "kind"])
        for name in ("zip_hash", "name_hash", "slot", "withdrawn_at", "fulfilled_at"):
            pledges.drop_column(name)
    op.drop_index("ix_confirm_links_email_hash", "confirm_links")
    op.drop_table("confirm_links")

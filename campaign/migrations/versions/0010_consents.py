"""What somebody agreed to is kept for each purpose and partner, with the version of the words."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supporter_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("wording", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name="fk_consents_supporter_id_supporters", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.UniqueConstraint("supporter_id", "purpose", "partner", name="uq_consents_supporter_id_purpose_partner"),
    )
    op.create_index("ix_consents_partner", "consents", ["partner"])
    op.execute(
        "INSERT INTO consents (supporter_id, purpose, partner, wording, asked_at, given_at) "
        "SELECT id, 'contact', '', '2026-11-24', may_contact_since, "
        "CASE WHEN EXISTS (SELECT 1 FROM pledges WHERE supporter_id = supporters.id AND confirmed_at IS NOT NULL) "
        "THEN may_contact_since END FROM supporters WHERE may_contact_since IS NOT NULL"
    )
    op.drop_column("supporters", "may_contact_since")
    op.add_column("messages", sa.Column("wording", sa.String(length=16), nullable=True))
    op.execute("UPDATE messages SET wording = '2026-11-24' WHERE may_print")


def downgrade() -> None:
    op.drop_column("messages", "wording")
    op.add_column("supporters", sa.Column("may_contact_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE supporters SET may_contact_since = (SELECT given_at FROM consents WHERE supporter_id = supporters.id "
        "AND purpose = 'contact' AND partner = '' AND withdrawn_at IS NULL)"
    )
    op.drop_index("ix_consents_partner", "consents")
    op.drop_table("consents")

"""Organizers have passwords, a second factor, and sessions that can be seen and ended one by one."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.drop_column("organizers", "session_key")
    op.add_column("organizers", sa.Column("password", sa.String(length=200), nullable=True))
    op.add_column("organizers", sa.Column("sealed_factor", sa.LargeBinary(), nullable=True))
    op.add_column("organizers", sa.Column("factor_step", sa.BigInteger(), nullable=True))
    op.create_table(
        "organizer_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organizer_sessions"),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["organizers.id"],
            name="fk_organizer_sessions_organizer_id_organizers",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("token_hash", name="uq_organizer_sessions_token_hash"),
    )
    op.create_index("ix_organizer_sessions_organizer_id", "organizer_sessions", ["organizer_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name="fk_recovery_codes_organizer_id_organizers", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("organizer_id", "code_hash", name="uq_recovery_codes_organizer_id_code_hash"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_sign_in_attempts"),
    )


def downgrade() -> None:
    op.drop_table("sign_in_attempts")
    op.drop_table("recovery_codes")
    op.drop_table("organizer_sessions")
    op.drop_column("organizers", "factor_step")
    op.drop_column("organizers", "sealed_factor")
    op.drop_column("organizers", "password")
    # Nobody's session is known after this: an empty key fits none.
    op.add_column("organizers", sa.Column("session_key", sa.String(length=32), server_default="", nullable=False))

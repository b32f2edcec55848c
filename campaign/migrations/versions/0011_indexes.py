"""Whoever is deleted is looked for in the tables that refer to them: not by reading each of these to its end."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_messages_supporter_id", "messages", ["supporter_id"])
    op.create_index("ix_pledges_message_id", "pledges", ["message_id"])


def downgrade() -> None:
    op.drop_index("ix_pledges_message_id", "pledges")
    op.drop_index("ix_messages_supporter_id", "messages")

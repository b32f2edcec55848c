"""A supporter can let the campaign bring their letters to the offices, and quote from them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("may_print", "may_quote"):
        op.add_column("messages", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for name in ("may_quote", "may_print"):
        op.drop_column("messages", name)

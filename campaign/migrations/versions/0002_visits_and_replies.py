"""A supporter can say that they visited an office, and that it replied."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("visited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("replied_at", "visited_at"):
        op.drop_column("deliveries", name)

"""The link by which somebody came goes along with what they do."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = ("messages", "pledges", "clicks")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("source", sa.String(length=64), nullable=True))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, "source")

"""A supporter has a private page, opened by a link of which the hash is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("supporters", sa.Column("mine_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_supporters_mine_hash", "supporters", ["mine_hash"])


def downgrade() -> None:
    op.drop_index("ix_supporters_mine_hash", "supporters")
    op.drop_column("supporters", "mine_hash")

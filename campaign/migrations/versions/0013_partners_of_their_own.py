"""A partner may be paused, has a contact address, and a private page, opened by a link of which the hash is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("partners", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partners", sa.Column("sealed_email", sa.LargeBinary(), nullable=True))
    op.add_column("partners", sa.Column("page_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_partners_page_hash", "partners", ["page_hash"])


def downgrade() -> None:
    op.drop_index("ix_partners_page_hash", "partners")
    op.drop_column("partners", "page_hash")
    op.drop_column("partners", "sealed_email")
    op.drop_column("partners", "paused_at")

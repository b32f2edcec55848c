"""Indexes by which the organizers' lists have their rows in order, whatever leads to them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

BEFORE = {
    "messages": ("day", "state", "partner"),
    "pledges": ("day", "kind"),
    "clicks": ("day",),
}

IN_ORDER = {
    "messages": ("", "state", "partner", "letter", "house_seat"),
    "pledges": ("", "kind", "state", "partner"),
    "clicks": ("", "destination", "partner"),
}

QUARANTINED, FAILED = sa.text("quarantined_at IS NOT NULL"), sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    for table, columns in BEFORE.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
    for table, columns in IN_ORDER.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column or 'in'}_order", table, [*([column] if column else []), "day", "id"])
    for table in ("messages", "pledges"):
        op.create_index(
            f"ix_{table}_quarantined", table, ["day", "id"], sqlite_where=QUARANTINED, postgresql_where=QUARANTINED
        )
    op.create_index("ix_mails_failed", "mails", ["id"], sqlite_where=FAILED, postgresql_where=FAILED)


def downgrade() -> None:
    op.drop_index("ix_mails_failed", "mails")
    for table in ("messages", "pledges"):
        op.drop_index(f"ix_{table}_quarantined", table)
    for table, columns in IN_ORDER.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column or 'in'}_order", table)
    for table, columns in BEFORE.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])

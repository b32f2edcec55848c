"""Run by Alembic: migrates the database that the configuration carries."""

from alembic import context

from campaign.database import Database
from campaign.models import Base

database: Database = context.config.attributes["database"]

with database.engine.execution_options(campaign_writes=True).connect() as connection:
    if database.is_sqlite:
        # SQLite alters a table by copying and dropping it, and a drop would delete, by cascade, what refers to the
        # table. Set on the driver's connection: inside a transaction the pragma does nothing.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=database.is_sqlite,
        compare_type=True,
        transactional_ddl=True,  # SQLite's is, too, where its transactions are begun by `database`
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.invalidate()  # nobody else gets a connection that does not heed foreign keys

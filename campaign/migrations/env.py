"""Run by Alembic: migrates the database that the configuration carries."""

from alembic import context

from campaign.database import Database
from campaign.models import Base

database: Database = context.config.attributes["database"]

with database.engine.execution_options(campaign_writes=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=database.is_sqlite,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()

"""Called by Alembic: runs the steps on the connection of `bot.metrics.schema`."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()

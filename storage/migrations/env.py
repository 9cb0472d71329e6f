"""Run by Alembic: one connection, handed over by `storage.migrations`."""

from alembic import context

from storage import schema

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True, transactional_ddl=True)
context.run_migrations()

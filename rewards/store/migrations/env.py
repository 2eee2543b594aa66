"""Alembic's entry: migrations run on the connection that `rewards.store.migrate` hands over."""

from alembic import context

from rewards.store.schema import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("migrations run through `groundswell db upgrade`, which hands over its connection")
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=False,
)
context.run_migrations()

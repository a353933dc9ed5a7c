"""How does alembic run our numbered files? On the connection that ``Store.migrate`` hands over, inside its transaction."""

from alembic import context

from uems.kernel.store import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table="schema_versions",
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()

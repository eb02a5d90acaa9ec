"""Alembic's entry: run the migrations on the connection that orm_schema hands over.

The caller's transaction encloses everything, on SQLite too, so a failing
migration leaves the database as it was.
"""

from alembic import context

from remoteappmanager.db.orm_models import Base
from remoteappmanager.db.orm_schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

"""What the 2.x releases added: a licence, and the right to start with a file."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; older grants have no licence and start without a file."""
    op.add_column("application_policy", sa.Column("app_license", sa.Unicode(), nullable=True))
    op.add_column(
        "application_policy",
        sa.Column("allow_startup_data", sa.Boolean(), nullable=False, server_default=sa.false()),
    )

"""Removing an application or a policy finds its grants without reading all of them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index both columns, unless somebody has done so by hand."""
    for column in ("application_id", "application_policy_id"):
        op.create_index(f"ix_accounting_{column}", "accounting", [column], if_not_exists=True)

"""The tables of the 1.x releases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Unicode(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_user_name", "user", ["name"], unique=True)
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image", sa.Unicode(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_application_image", "application", ["image"], unique=True)
    op.create_table(
        "application_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allow_home", sa.Boolean(), nullable=False),
        sa.Column("allow_view", sa.Boolean(), nullable=False),
        sa.Column("allow_common", sa.Boolean(), nullable=False),
        sa.Column("volume_source", sa.Unicode(), nullable=True),
        sa.Column("volume_target", sa.Unicode(), nullable=True),
        sa.Column("volume_mode", sa.Unicode(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_application_policy"),
    )
    references = ("user", "application", "application_policy")
    op.create_table(
        "accounting",
        sa.Column("id", sa.String(32), nullable=False),
        *[sa.Column(f"{name}_id", sa.Integer(), nullable=False) for name in references],
        *[
            sa.ForeignKeyConstraint(
                [f"{name}_id"],
                [f"{name}.id"],
                name=f"fk_accounting_{name}_id",
                ondelete="CASCADE",
            )
            for name in references
        ],
        sa.PrimaryKeyConstraint("id", name="pk_accounting"),
        sa.UniqueConstraint(*[f"{name}_id" for name in references], name="uq_accounting"),
    )

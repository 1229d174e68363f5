"""What each page led to, so that the next sweep need not read an unchanged page again.

Goes with it: counts and notes that nothing ever wrote.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    owner = sa.ForeignKey("units.id", ondelete="CASCADE")
    op.create_table(
        "memos",
        sa.Column("unit", NUMBER, owner, nullable=False, primary_key=True, autoincrement=False),
        sa.Column("page", NUMBER, nullable=False, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.drop_column("sweeps", "counts")
    op.drop_column("units", "counts")
    op.drop_column("pages", "notes")

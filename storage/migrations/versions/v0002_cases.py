"""What people add to a sweep (exceptions, answers, the machine's own scores), and availability samples."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=null)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _counter() -> sa.Column[Any]:
    return sa.Column("id", NUMBER, primary_key=True, autoincrement=True)


def _sweep(*, key: bool = False) -> sa.Column[Any]:
    target = sa.ForeignKey("sweeps.id", ondelete="CASCADE")
    return sa.Column("sweep", TEXT, target, nullable=False, primary_key=key)


def upgrade() -> None:
    op.add_column("scores", _text("machine", null=True))
    op.create_table(
        "exceptions",
        _sweep(key=True),
        sa.Column("position", NUMBER, primary_key=True, autoincrement=False),
        _text("data"),
    )
    op.create_table(
        "answers",
        _counter(),
        _sweep(),
        *(_text(name) for name in ("pack", "unit", "code")),
        sa.Column("points", sa.Float(53), nullable=False),
        _text("reviewer"),
        _moment("reviewed_at"),
        _text("note"),
        _moment("stored_at"),
    )
    op.create_index("ix_answers_sweep", "answers", ["sweep"])
    op.create_table(
        "samples",
        _counter(),
        *(_text(name) for name in ("unit", "url", "family")),
        _moment("started_at"),
        _text("outcome"),
        sa.Column("status", NUMBER, nullable=True),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        _text("address", null=True),
        _text("error", null=True),
    )
    op.create_index("ix_samples_unit_started", "samples", ["unit", "started_at"])

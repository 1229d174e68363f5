"""The first tables: sweeps and units, frontier and pages, looks at hosts, results and scores."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, null: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=null, primary_key=key)


def _number(name: str, *, null: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, NUMBER, nullable=null, primary_key=key, autoincrement=False)


def _counter() -> sa.Column[Any]:
    return sa.Column("id", NUMBER, primary_key=True, autoincrement=True)


def _unit(*, key: bool = False) -> sa.Column[Any]:
    owner = sa.ForeignKey("units.id", ondelete="CASCADE")
    return sa.Column("unit", NUMBER, owner, nullable=False, primary_key=key, autoincrement=False)


def _sweep(*, key: bool = False) -> sa.Column[Any]:
    owner = sa.ForeignKey("sweeps.id", ondelete="CASCADE")
    return sa.Column("sweep", TEXT, owner, nullable=False, primary_key=key)


def upgrade() -> None:
    _sweeps_and_units()
    _frontier_and_pages()
    _looks()
    _derived()


def _sweeps_and_units() -> None:
    op.create_table(
        "sweeps",
        _text("id", key=True),
        _text("key"),
        _text("state"),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        _number("seed"),
        *(_text(name) for name in ("packs", "seeds_file", "seeds_hash", "tool_version", "options", "counts")),
    )
    op.create_index("ix_sweeps_key", "sweeps", ["key"])
    op.create_table(
        "units",
        _counter(),
        _sweep(),
        _text("unit"),
        _number("position"),
        _text("spec"),
        _text("stage"),
        _text("state", null=True),
        _text("counts"),
        _text("owner", null=True),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.UniqueConstraint("sweep", "unit", name="uq_units_sweep_unit"),
    )


def _frontier_and_pages() -> None:
    op.create_table(
        "frontier",
        _counter(),
        _unit(),
        _text("key"),
        _text("url"),
        _number("level"),
        _text("sort"),
        _number("depth"),
        *(_text(name) for name in ("role", "parent", "anchor", "pattern", "state")),
        sa.UniqueConstraint("unit", "key", name="uq_frontier_unit_key"),
    )
    op.create_index("ix_frontier_unit_level", "frontier", ["unit", "level"])
    op.create_table(
        "pages",
        _unit(key=True),
        _number("id", key=True),
        _text("url"),
        _text("facts"),
        *(_text(name, null=True) for name in ("etag", "last_modified", "notes")),
    )
    op.create_index("ix_pages_unit_url", "pages", ["unit", "url"])
    op.create_table(
        "evidence",
        _unit(key=True),
        _text("probe", key=True),
        _number("page", key=True),
        _text("data"),
        sqlite_with_rowid=False,
    )


def _looks() -> None:
    op.create_table(
        "attempts",
        _counter(),
        _unit(),
        *(_text(name) for name in ("url", "method", "purpose", "outcome")),
        _number("status", null=True),
        _text("started_at"),
        sa.Column("seconds", sa.Float(53), nullable=False),
        _text("address", null=True),
        _number("size"),
        _text("error", null=True),
    )
    op.create_index("ix_attempts_unit", "attempts", ["unit"])
    op.create_table("gathered", _unit(key=True), _text("probe", key=True), _text("data"))
    op.create_table(
        "targets",
        _sweep(key=True),
        _text("url", key=True),
        _text("host"),
        _number("wanted"),
        _text("first", null=True),
        _text("second", null=True),
        sqlite_with_rowid=False,
    )


def _derived() -> None:
    op.create_table(
        "results", _unit(key=True), _text("pack", key=True), _text("check", key=True), _text("data")
    )
    op.create_table(
        "scores",
        _sweep(key=True),
        _text("pack", key=True),
        _number("position", key=True),
        _text("unit"),
        _text("data"),
    )

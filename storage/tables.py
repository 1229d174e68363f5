"""The tables. What is fact and what is derived, and in which order things are read.

Facts, append-only: units' specs, pages, memos, evidence, attempts, gathered, targets. Derived, dropped and
made again at will: results, scores. Facts that people add: exceptions, answers. The frontier is working
state. All hang on `units.id`, a small integer of one unit in one sweep, or on the sweep, so that a sweep is
deleted by deleting its row. Only samples of availability belong to no sweep.

Text is compared by code point everywhere (SQLite's BINARY, PostgreSQL's "C"), as Python does: the walk
order must not depend on the database.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSION_TABLE = "sunsweep_version"
# Every migration in storage/migrations/versions, oldest first. Kept here so that opening a current
# database does not have to import Alembic; a test compares it with the folder.
REVISIONS = ("0001", "0002", "0003")

PlainText = Text().with_variant(Text(collation="C"), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only an INTEGER primary key


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as ISO 8601 text in UTC with microseconds: it sorts as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012  read by SQLAlchemy as it stands
        str: PlainText,
        int: Number,
        float: Float(53),
        bool: Boolean(),
        bytes: LargeBinary(),
        date: Date(),
        datetime: Moment(),
    }


class SweepTable(Base):
    __tablename__ = "sweeps"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    as_of: Mapped[date]
    period_start: Mapped[date]
    period_end: Mapped[date]
    seed: Mapped[int]
    packs: Mapped[str]  # JSON list
    seeds_file: Mapped[str]
    seeds_hash: Mapped[str]
    tool_version: Mapped[str]
    options: Mapped[str]  # JSON object


class UnitTable(Base):
    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sweep: Mapped[str] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"))
    unit: Mapped[str]
    position: Mapped[int]
    spec: Mapped[str]  # JSON of crawler.model.Unit
    stage: Mapped[str]
    state: Mapped[str | None]  # JSON object: what the walk says of the portal
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("sweep", "unit", name="uq_units_sweep_unit"),)


def _of_unit() -> Mapped[int]:
    return mapped_column(ForeignKey("units.id", ondelete="CASCADE"))


def _of_unit_key() -> Mapped[int]:
    return mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True)


class FrontierTable(Base):
    __tablename__ = "frontier"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    unit: Mapped[int] = _of_unit()
    key: Mapped[str]
    url: Mapped[str]
    level: Mapped[int]
    sort: Mapped[str]  # Candidate.order; ORDER is a word of SQL
    depth: Mapped[int]
    role: Mapped[str]
    parent: Mapped[str]
    anchor: Mapped[str]
    pattern: Mapped[str]
    state: Mapped[str]
    __table_args__ = (
        UniqueConstraint("unit", "key", name="uq_frontier_unit_key"),
        Index("ix_frontier_unit_level", "unit", "level"),
    )


class PageTable(Base):
    """`id` is the frontier row's. The facts are one JSON text: a new field needs no migration."""

    __tablename__ = "pages"
    unit: Mapped[int] = _of_unit_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    facts: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    __table_args__ = (Index("ix_pages_unit_url", "unit", "url"),)


class EvidenceTable(Base):
    """Clustered by probe: judging reads one probe's evidence of one unit in one stretch."""

    __tablename__ = "evidence"
    unit: Mapped[int] = _of_unit_key()
    probe: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[str]
    __table_args__ = ({"sqlite_with_rowid": False},)


class MemoTable(Base):
    """What a page led to (crawler.walking.memo.Memo, encoded): read only by the next sweep, so kept apart."""

    __tablename__ = "memos"
    unit: Mapped[int] = _of_unit_key()
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes]
    __table_args__ = ({"sqlite_with_rowid": False},)


class AttemptTable(Base):
    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    unit: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    method: Mapped[str]
    purpose: Mapped[str]
    outcome: Mapped[str]
    status: Mapped[int | None]
    started_at: Mapped[str]
    seconds: Mapped[float]
    address: Mapped[str | None]
    size: Mapped[int]
    error: Mapped[str | None]


class GatheredTable(Base):
    __tablename__ = "gathered"
    unit: Mapped[int] = _of_unit_key()
    probe: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[str]


class TargetTable(Base):
    """Foreign link targets: each is looked at once per sweep, whoever links to it."""

    __tablename__ = "targets"
    sweep: Mapped[str] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    wanted: Mapped[int]  # looks asked for: 1, or 2 where the first has to be confirmed
    first: Mapped[str | None]
    second: Mapped[str | None]
    __table_args__ = ({"sqlite_with_rowid": False},)


class ResultTable(Base):
    __tablename__ = "results"
    unit: Mapped[int] = _of_unit_key()
    pack: Mapped[str] = mapped_column(primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[str]


class ScoreTable(Base):
    __tablename__ = "scores"
    sweep: Mapped[str] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"), primary_key=True)
    pack: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[str]
    data: Mapped[str]
    machine: Mapped[str | None]  # the score without people's answers, where there are any


class ExceptionTable(Base):
    """What the units have explained (`exceptions.yaml`), as it was given for a sweep."""

    __tablename__ = "exceptions"
    sweep: Mapped[str] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[str]


class AnswerTable(Base):
    """Points that people gave. Append-only: of several answers to one item the newest counts."""

    __tablename__ = "answers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sweep: Mapped[str] = mapped_column(ForeignKey("sweeps.id", ondelete="CASCADE"), index=True)
    pack: Mapped[str]
    unit: Mapped[str]
    code: Mapped[str]
    points: Mapped[float]
    reviewer: Mapped[str]
    reviewed_at: Mapped[datetime]
    note: Mapped[str]
    stored_at: Mapped[datetime]


class SampleTable(Base):
    """One visit to a home page over one address family, by `watch`."""

    __tablename__ = "samples"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    unit: Mapped[str]
    url: Mapped[str]
    family: Mapped[str]
    started_at: Mapped[datetime]
    outcome: Mapped[str]
    status: Mapped[int | None]
    seconds: Mapped[float]
    online: Mapped[bool]
    address: Mapped[str | None]
    error: Mapped[str | None]
    __table_args__ = (Index("ix_samples_unit_started", "unit", "started_at"),)

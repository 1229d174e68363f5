"""Where are the files kept that prove findings (pictures)?"""

from __future__ import annotations

from pathlib import Path

_SQLITE = "sqlite:///"


def evidence_root(database: str) -> Path:
    """The folder that references to evidence files start from: beside an SQLite file, else the current one.

    `database` is the store's address, as sqlite:///folder/file.db.
    """
    if database.startswith(_SQLITE):
        return Path(database.removeprefix(_SQLITE)).parent
    return Path()


def evidence_folder(sweep: str, unit: str) -> str:
    """One unit's files of one sweep, below the root."""
    return f"evidence/{sweep}/{unit}"

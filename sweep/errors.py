"""What can end a command with exit code 2.

SweepError
├── SeedsError       the unit list cannot be used
└── OfflineError     no canary ever answered
"""

from __future__ import annotations


class SweepError(Exception):
    """The command could not be carried out; the text says what to do."""


class SeedsError(SweepError):
    """The unit list cannot be used; the text names file, line and the fix."""


class OfflineError(SweepError):
    """No canary ever answered: this machine was not online."""

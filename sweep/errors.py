"""What can end a command with exit code 2.

SweepError
├── YamlError        a file that people write cannot be used
└── OfflineError     no canary ever answered
"""

from __future__ import annotations


class SweepError(Exception):
    """The command could not be carried out; the text says what to do."""


class YamlError(SweepError):
    """A file that people write cannot be used; the text names file, line and the fix."""


class OfflineError(SweepError):
    """No canary ever answered: this machine was not online."""

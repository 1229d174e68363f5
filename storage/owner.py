"""Who holds a unit: a process on a machine, and whether it is known to be dead.

An owner is `machine:pid:start`. `machine` is the host name with the PID namespace (containers may share a
host name), `start` the kernel's start time of the process, so that a reused PID is not taken for the owner.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    return f"{_machine()}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(owner: str) -> bool:
    """True only where it is certain: an owner on another machine is judged by its lease alone."""
    machine, _, rest = owner.partition(":")
    pid, _, started = rest.partition(":")
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # alive, but another user's
    return bool(started) and started != _started(int(pid))


def _machine() -> str:
    name = socket.gethostname().replace(":", "_")
    try:
        return f"{name}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:  # no /proc: macOS
        return name


def _started(pid: int) -> str:
    """Clock ticks since boot, field 22 of /proc/PID/stat (proc(5)); '' where that cannot be read."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    # A zombie runs no more: nobody will release what it holds.
    return "" if after_name[0] in "ZX" else after_name[19]

"""What this machine says of itself and whom it can reach: its name to servers, its routes."""

from __future__ import annotations

import socket
from importlib.metadata import PackageNotFoundError, version

AGENT = "Sunsweep"  # the name robots.txt may use


def reachable_address(address: str) -> bool:
    """Whether this machine has a route to that class of address. Sends nothing. ::1 is a class of its own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError:
        return False
    return True


def user_agent(contact: str) -> str:
    """Who we are: name, version and a way to reach the office that sweeps."""
    try:
        number = version("sunsweep")
    except PackageNotFoundError:
        number = "0"
    contact = " ".join(contact.split())  # no line may break out of the header
    return f"{AGENT}/{number} (+{contact})" if contact else f"{AGENT}/{number}"

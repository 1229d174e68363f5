"""What an answer's status means, and which outcomes are worth another try. Pure tables."""

from __future__ import annotations

from crawler.model import Outcome

# Failures that an outage of our own would look like: they count only while a canary answers.
OWN_FAULT_POSSIBLE = frozenset(
    {
        Outcome.NXDOMAIN,
        Outcome.DNS_FAILED,
        Outcome.REFUSED,
        Outcome.RESET,
        Outcome.UNROUTED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.TOO_SLOW,
    }
)


def worth_retrying(outcome: Outcome, status: int | None = None) -> bool:
    """Whether asking once more, soon, may help: time-outs, 429, 502-504. Never 404, never TLS."""
    if outcome is Outcome.SERVER_ERROR:
        return status in (502, 503, 504)
    return outcome in (Outcome.CONNECT_TIMEOUT, Outcome.TOO_SLOW, Outcome.LIMITED)


def outcome_of(status: int, *, retry_after: bool) -> Outcome:
    """The outcome of a final answer by its status alone (walls and redirects are decided before)."""
    if status == 206:
        return Outcome.PROTOCOL  # a part, and nobody asked for one: what is not in it is not missing
    if 200 <= status < 300 or status == 304:
        return Outcome.OK
    if status in (404, 410):
        return Outcome.GONE
    if status == 429 or (status == 503 and retry_after):
        return Outcome.LIMITED
    if 400 <= status < 500:
        return Outcome.DENIED
    return Outcome.SERVER_ERROR if 500 <= status < 600 else Outcome.PROTOCOL

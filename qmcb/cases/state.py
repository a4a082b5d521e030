"""The way of a case: open, sent, answered, closed, and what may lead from where to where."""

from collections.abc import Mapping

from qmcb.errors import InputError

# (state before, event): state after. Before a case is opened it has no state.
TRANSITIONS: Mapping[tuple[str | None, str], str] = {
    (None, "opened"): "open",
    ("open", "sent"): "sent",
    ("sent", "reminded"): "sent",
    ("answered", "reminded"): "answered",
    ("sent", "answered"): "answered",
    ("answered", "answered"): "answered",
    ("open", "changed"): "open",
    ("sent", "changed"): "sent",
    ("answered", "changed"): "answered",
    ("open", "closed"): "closed",
    ("sent", "closed"): "closed",
    ("answered", "closed"): "closed",
    ("answered", "returned"): "open",
    ("closed", "returned"): "open",
}
EVENTS = tuple(dict.fromkeys(event for _, event in TRANSITIONS))
OPENING = ("opened", "returned")
FINAL = ("cleared", "corrected")
"""Answers after which nothing is left to do; a confirmed case waits until it is settled."""


def after(state: str | None, event: str) -> str:
    """The state after an event; raises `InputError` where the event cannot happen in that state."""
    if (state, event) not in TRANSITIONS:
        allowed = ", ".join(name for before, name in TRANSITIONS if before == state)
        expected = f"an event that may follow on {state or 'nothing'} ({allowed})"
        raise InputError(expected, event, "take the case's present state from qmcb cases list")
    return TRANSITIONS[state, event]

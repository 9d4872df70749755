"""The use cases, each joining several parts: plan, decide, apply, resume, restore, end, report. Adds no rule of its own."""

from netops.actions.carrying import apply, end, resume, take_back
from netops.actions.deciding import decide, decisions, receive, statement
from netops.actions.making import plan
from netops.actions.reporting import doctor, report

__all__ = [
    "apply",
    "decide",
    "decisions",
    "doctor",
    "end",
    "plan",
    "receive",
    "report",
    "resume",
    "statement",
    "take_back",
]

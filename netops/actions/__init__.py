"""The use cases, each joining several parts: plan, decide, apply, resume, restore, end, report. Adds no rule of its own."""

from netops.actions.attaching import all_missing, attach, missing, withdraw
from netops.actions.carrying import apply, end, resume, take_back
from netops.actions.deciding import decide, decisions, receive, statement
from netops.actions.making import plan
from netops.actions.reporting import doctor, report
from netops.actions.steps import checklist, confirm, retract

__all__ = [
    "all_missing",
    "apply",
    "attach",
    "checklist",
    "confirm",
    "decide",
    "decisions",
    "doctor",
    "end",
    "missing",
    "plan",
    "receive",
    "report",
    "resume",
    "retract",
    "statement",
    "take_back",
    "withdraw",
]

"""The use cases, each joining several parts: plan, decide, apply, resume, restore, end, report. Adds no rule of its own."""

from netops.actions.attaching import all_missing, attach, missing, withdraw
from netops.actions.carrying import apply, end, resume, take_back
from netops.actions.deciding import (
    attestation,
    decide,
    decisions,
    expect,
    holder,
    owner,
    read_signed,
    receive,
    sign,
    statement,
)
from netops.actions.examining import doctor
from netops.actions.making import plan
from netops.actions.reporting import report
from netops.actions.steps import checklist, confirm, retract

__all__ = [
    "all_missing",
    "apply",
    "attach",
    "attestation",
    "checklist",
    "confirm",
    "decide",
    "decisions",
    "doctor",
    "end",
    "expect",
    "holder",
    "missing",
    "owner",
    "plan",
    "read_signed",
    "receive",
    "report",
    "resume",
    "retract",
    "sign",
    "statement",
    "take_back",
    "withdraw",
]

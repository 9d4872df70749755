"""What every use case needs: the state of a filed request, and refusals that go to the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from netops.app import App
from netops.changes.lifecycle import Change, fold
from netops.core.errors import Refused
from netops.core.model import Plan
from netops.filing import Filed, record


def change_of(app: App, filed: Filed) -> Change:
    return fold(filed.change, app.journal.read(filed.change))


def running_plan(app: App, change: Change) -> Plan:
    return app.tools.plan(change.running_plan)


@contextmanager
def recorded_refusal(app: App, change: str) -> Iterator[None]:
    """A refusal is a fact too: it goes to the log, and on to the caller."""
    try:
        yield
    except Refused as refusal:
        record(app, "change.refused", change, reason=type(refusal).__name__, message=str(refusal))
        raise

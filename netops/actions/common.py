"""What every use case needs: the state of a filed request, and refusals that go to the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from netops.app import App
from netops.changes.lifecycle import Change, fold
from netops.core.errors import InputError, Refused
from netops.core.model import Plan
from netops.core.text import Text
from netops.filing import Filed, record
from netops.requests.load import check_line


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
        said = {"message": refusal.message.en, "message_id": refusal.message.id}
        record(app, "change.refused", change, reason=type(refusal).__name__, **said)
        raise


def one_line(text: str, field: str) -> str:
    """A name, reason or note for the log: 1 to 200 characters without control characters. Raises `InputError`."""
    try:
        line = check_line(text.strip())
    except ValueError as error:
        raise InputError(
            Text(f"{text!r}: ada karakter yang tidak diterima", f"{text!r}: a character that is not accepted"),
            field=field,
        ) from error
    if not 1 <= len(line) <= 200:
        raise InputError(Text("isi 1 sampai 200 huruf", "give 1 to 200 characters"), field=field)
    return line

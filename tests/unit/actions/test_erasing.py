"""Personal data goes in due time: what was signed still verifies, the log still verifies, papers say [dihapus]."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netops.actions import erasing, living
from netops.app import App
from netops.core.canonical import canonical, digest, parse_json
from netops.core.clock import ManualClock
from netops.core.errors import InputError, Refused
from netops.data_root import init_workspace
from netops.filing import Filed, find, look, record
from netops.journal.verify import verify
from netops.requests import persons
from netops.requests.common import canonical_json, request_digest
from netops.requests.example import example
from netops.requests.services import read_body
from netops.settings import DEFAULT
from netops.views import describe, overview

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SALT = "00112233445566778899aabbccddeeff"
NAMES = (b"Siti Aminah", b"siti.aminah@kampus.example", b"0812", b"Budi Santoso", b"Wakil Rektor")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def app(tmp_path: Path, clock: ManualClock) -> Iterator[App]:
    root = tmp_path / "kampus"
    init_workspace(root, settings=DEFAULT)
    with App(root, clock=clock, actor="admin.jaringan") as opened:
        yield opened


def file(app: App, ticket: str = "HD-1", salt: str = SALT) -> Filed:
    path = app.root / f"{ticket}.yaml"
    text = example(AT.replace(day=22), ticket=ticket)
    path.write_text(text + (f"salt: {salt}\n" if salt else ""), encoding="utf-8")
    one = find(app, str(path))
    path.unlink()
    return one


def bodies(app: App) -> bytes:
    return b"".join(path.read_bytes() for path in (app.settings.var / "objects").rglob("*") if path.is_file())


def cancelled(app: App, clock: ManualClock, salt: str = SALT) -> Filed:
    one = file(app, salt=salt)
    scan = app.objects.put(b"%PDF scan of the letter by Siti Aminah")
    record(app, "paper.attached", one.change, **{"as": "surat"}, document=scan, type="pdf", size=3, name="surat.pdf")
    living.cancel(app, one.change, "tidak jadi")
    clock.sleep(timedelta(days=1_826).total_seconds())
    return one


@pytest.mark.parametrize("salt", [SALT, ""], ids=["salt of the file", "salt of the workspace"])
def test_nothing_that_names_a_person_stays_and_the_log_verifies(app: App, clock: ManualClock, salt: str) -> None:
    one = cancelled(app, clock, salt)
    assert all(name in bodies(app) for name in NAMES)
    done = erasing.erase(app, one.change, "masa simpan lewat")
    assert done.count == 2
    assert not [name for name in NAMES if name in bodies(app)]
    found = verify(app.journal, app.objects)
    assert not found.missing and one.digest not in {entry.digest for entry in found.erased}
    request = look(app, one.change).request
    assert (request.requester.name, request.requester.email, request.contact.phone) == ("[dihapus]",) * 3
    assert "[dihapus]" in describe(app, one.change) and overview(app)[0].change == one.change


def test_what_was_signed_stays_where_the_request_has_a_salt(app: App, clock: ManualClock) -> None:
    one = cancelled(app, clock)
    erasing.erase(app, one.change, "masa simpan lewat")
    body = app.objects.get(one.digest)
    assert digest(body) == one.digest
    assert set(parse_json(body)["requester"]["name"]) == {"committed"}


def test_a_lost_body_is_not_an_erased_one(app: App, clock: ManualClock) -> None:
    one = cancelled(app, clock)
    erasing.erase(app, one.change, "masa simpan lewat")
    app.objects.erase(one.digest)
    assert [entry.digest for entry in verify(app.journal, app.objects).missing] == [one.digest]


def test_not_before_its_time_not_while_it_goes_on_and_not_with_a_mail_waiting(app: App, clock: ManualClock) -> None:
    one = file(app)
    with pytest.raises(Refused, match="not over"):
        erasing.erase(app, one.change, "x")
    living.cancel(app, one.change, "tidak jadi")
    with pytest.raises(Refused, match="to be kept until"):
        erasing.erase(app, one.change, "x")
    clock.sleep(timedelta(days=1_826).total_seconds())
    record(app, "mail.queued", one.change, mail=app.objects.put(b"{}"), kind="cancelled")
    with pytest.raises(Refused, match="still waits"):
        erasing.erase(app, one.change, "x")
    assert all(name in bodies(app) for name in NAMES)


def test_an_interrupted_erasure_is_finished_by_the_next(
    app: App, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = cancelled(app, clock)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(app.objects), "erase", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        erasing.erase(app, one.change, "masa simpan lewat")
    assert NAMES[0] in bodies(app)
    erasing.erase(app, one.change, "lagi")
    assert NAMES[0] not in bodies(app)
    assert sum(entry.event.kind == "data.erased" for entry in app.journal.read()) == 1


def test_a_body_that_another_change_needs_stays(app: App, clock: ManualClock) -> None:
    other = file(app, "HD-2", salt="ff" * 16)
    scan = app.objects.put(b"%PDF scan of the letter by Siti Aminah")
    record(app, "paper.attached", other.change, **{"as": "surat"}, document=scan, type="pdf", size=3, name="surat.pdf")
    one = cancelled(app, clock)
    done = erasing.erase(app, one.change, "masa simpan lewat")
    assert (done.count, done.kept) == (1, (scan,))
    assert app.objects.has(scan)


def test_a_file_without_a_salt_always_gets_the_same_one_here_and_another_elsewhere(app: App, tmp_path: Path) -> None:
    one = file(app, salt="")
    assert one.request.salt and file(app, salt="") == one
    assert one.digest != digest(canonical(canonical_json(one.request)))
    again = look(app, one.change)
    assert again.request == one.request and request_digest(again.request) == one.digest
    init_workspace(tmp_path / "lain", settings=DEFAULT)
    with App(tmp_path / "lain", clock=app.clock, actor="admin.jaringan") as elsewhere:
        assert file(elsewhere, salt="").digest != one.digest


def test_an_erased_request_cannot_be_guessed_by_who_knows_all_that_was_in_it(app: App, clock: ManualClock) -> None:
    one = cancelled(app, clock, salt="")
    erasing.erase(app, one.change, "masa simpan lewat")
    guess = {**canonical_json(one.request), "salt": None}
    logged = json.dumps([entry.event.data for entry in app.journal.read()], default=str)
    assert one.digest in logged
    assert digest(canonical({name: value for name, value in guess.items() if value is not None})) not in logged
    assert str(one.request.salt) not in logged and str(one.request.salt).encode() not in bodies(app)


def test_persons_that_were_not_signed_are_refused(app: App) -> None:
    value = canonical_json(file(app).request)
    beside = persons.persons(value)
    swapped = json.loads(json.dumps(beside).replace("Siti Aminah", "Orang Lain"))
    with pytest.raises(InputError, match="is not what was signed"):
        read_body(canonical(persons.signed_form(value)), canonical(swapped))


def test_commitments_of_equal_values_differ_by_place_and_salt(app: App) -> None:
    value = canonical_json(file(app).request)
    value["contact"]["name"] = value["requester"]["name"]
    first, other = persons.signed_form(value), persons.signed_form({**value, "salt": "01" * 16})
    found = {json.dumps(form[group]["name"]) for form in (first, other) for group in ("requester", "contact")}
    assert len(found) == 4

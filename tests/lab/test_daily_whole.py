"""What an admin looks at every day, over real sockets: the live count of a running event, the day's work, a text to paste."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.cli.main import main
from netops.core.model import Tag
from netops.filing import Filed
from netops.lab.routeros.device import RouterOS
from netops.planning.codes import user_name

GATEWAY = "gw-lama"
Run = Callable[..., str]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


@pytest.fixture
def run(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command in the desk's workspace; what it printed. The exit code has to be as said."""

    def command(*words: str, code: int = 0, said: bool = False) -> str:
        capsys.readouterr()
        assert main(["-C", str(desk.root), *words]) == code
        captured = capsys.readouterr()
        return captured.err if said else captured.out

    return command


def _enter(desk: Desk, filed: Filed, number: str) -> None:
    device, server = desk.campus.devices[GATEWAY], Tag(filed.change).name
    assert isinstance(device, RouterOS)
    mac, code = f"02:00:00:00:00:{int(number):02d}", desk.app.vault.codes(filed.change)[number].reveal()
    desk.campus.call(lambda: device.hotspot.join(mac, server))
    desk.campus.call(lambda: device.hotspot.login(mac, user_name(filed.change, number, "up"), code))


def test_the_live_count_is_of_those_logged_in_and_of_this_event(desk: Desk, run: Run) -> None:
    filed = desk.approved(place="gedung-lama", people=4)
    assert "is not running" in run("clients", filed.change, "--lang", "en", code=4, said=True)
    actions.apply(desk.app, filed.change)
    counted = []
    for number in ("001", "002"):
        counted.append(json.loads(run("clients", filed.change, "--json"))["clients"])
        _enter(desk, filed, number)
    assert counted == [0, 1]
    assert json.loads(run("clients", filed.change, "--json")) == {
        "clients": 2,
        "devices": {GATEWAY: 2},
        "silent": [],
    }
    assert "2 klien" in run("clients", filed.change, "--lang", "id")
    run("vouchers", "revoke", filed.change, "1", "--reason", "slip hilang")
    assert "1 clients" in run("clients", filed.change, "--lang", "en"), "revoking takes the session too"
    run("end", filed.change, "--early")
    assert "tidak sedang berjalan" in run("clients", filed.change, "--lang", "id", code=4, said=True)


def test_a_gateway_that_is_silent_is_told_and_not_counted_as_empty(desk: Desk, run: Run) -> None:
    filed = desk.approved(place="gedung-lama", people=4)
    actions.apply(desk.app, filed.change)
    device = desk.campus.devices[GATEWAY]
    assert isinstance(device, RouterOS)
    desk.campus.call(lambda: setattr(device.mishaps, "wrong_password", True))
    found = json.loads(run("clients", filed.change, "--json", code=1))
    assert (found["devices"], found["silent"]) == ({}, [GATEWAY])


def test_the_days_work_in_both_languages_with_what_was_refused(desk: Desk, run: Run) -> None:
    filed = desk.approved(place="gedung-lama", people=4)
    actions.apply(desk.app, filed.change)
    run("end", filed.change, code=4)
    run("vouchers", "list", filed.change)
    mine = ("today", "--by", "admin.jaringan")
    deeds = json.loads(run(*mine, "--json"))
    assert deeds and {deed["change"] for deed in deeds} == {filed.change}
    indonesian, english = run(*mine, "--lang", "id"), run(*mine, "--lang", "en")
    assert "selesai memasang, terbukti berjalan" in indonesian and "installed and verified" in english
    assert "tidak ada yang tercatat" in run("today", "--by", "orang.lain", "--lang", "id", said=True)
    assert "vouchers list" not in english, "looking is no work"


def test_a_text_for_the_requester_is_ready_to_paste(desk: Desk, run: Run) -> None:
    filed = desk.approved(place="gedung-lama", people=4)
    actions.apply(desk.app, filed.change)
    text = run("message", filed.change, "--kind", "ready", "--lang", "id")
    assert text.startswith(f"[{filed.request.ticket}]") and "Gedung" in text
    codes = [code.reveal() for code in desk.app.vault.codes(filed.change).values()]
    assert not [code for code in codes if code in text], "no code goes by mail"
    assert run("message", filed.change, "--kind", "ready", "--lang", "en") != text

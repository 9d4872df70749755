"""Vouchers over real sockets: code-only logins, print once, revoke, reconcile, the END timer; no code ever in var/."""

import csv
import io
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.actions import needs, voucher_files, vouchers
from netops.core.clock import ManualClock
from netops.core.errors import InputError, Refused
from netops.core.model import Batch, GuardKind, GuardPurpose, RowOp, Tag, Verb
from netops.filing import Filed, find
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

GATEWAY = "gw-lama"
USER = "/ip/hotspot/user"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def code_only(desk: Desk, people: int = 4) -> Filed:
    """An approved event whose vouchers are single codes with limits."""
    path = str(desk.request(place="gedung-lama", people=people))
    actions.plan(desk.app, path)
    needs.edit(desk.app, path, {"access": "vc", "data_limit": "500MB", "time_limit": "1h"})
    actions.plan(desk.app, path)
    filed = find(desk.app, path)
    desk.approve(filed)
    return filed


def applied(desk: Desk, *, single: bool = False) -> Filed:
    filed = code_only(desk) if single else desk.approved(place="gedung-lama", people=4)
    actions.apply(desk.app, filed.change)
    return filed


def gateway(desk: Desk) -> RouterOS:
    device = desk.campus.devices[GATEWAY]
    assert isinstance(device, RouterOS)
    return device


def rows(desk: Desk, path: str) -> list[dict[str, str]]:
    device = gateway(desk)
    return desk.campus.call(lambda: [{**row.values, **row.marks} for row in device.machine.store.rows(path)])


def enter(desk: Desk, filed: Filed, mac: str, user: str, code: str) -> None:
    device, server = gateway(desk), Tag(filed.change).name
    desk.campus.call(lambda: device.hotspot.join(mac, server))
    desk.campus.call(lambda: device.hotspot.login(mac, user, code))


def codes(desk: Desk, filed: Filed) -> dict[str, str]:
    return {number: code.reveal() for number, code in desk.app.vault.codes(filed.change).items()}


def nowhere(desk: Desk, secrets: list[str]) -> None:
    """No code in any file of the workspace but the vault's (encrypted) and the papers outside `var/`."""
    for path in (desk.root / "var").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [code for code in secrets if code.encode() in data], path


def test_a_code_alone_lets_in_and_stands_in_no_file(desk: Desk, tmp_path: Path) -> None:
    filed = applied(desk, single=True)
    made = codes(desk, filed)
    there = {row["name"]: row for row in rows(desk, USER) if "netops" in row.get("comment", "")}
    assert set(there) == set(made.values())
    one = there[made["001"]]
    assert one["limit-bytes-total"] == "500000000" and one["limit-uptime"] == "1h"
    assert one["comment"].startswith(f"netops:{filed.change} vc-") and one["comment"].endswith("-wisuda")
    enter(desk, filed, "02:00:00:00:00:01", made["001"], made["001"])
    with pytest.raises(Denied):
        enter(desk, filed, "02:00:00:00:00:02", "bukankode", "bukankode")
    assert actions.apply(desk.app, filed.change) == "nothing"
    assert vouchers.reconcile(desk.app, filed.change)[0].clean
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert not [row for row in rows(desk, USER) if "netops" in row.get("comment", "")]
    assert not rows(desk, "/ip/hotspot/cookie")
    nowhere(desk, list(made.values()))


def test_a_sheet_is_printed_once_and_a_slip_again_with_a_reason(desk: Desk, tmp_path: Path) -> None:
    filed = applied(desk)
    out = tmp_path / "voucher.pdf"
    done = vouchers.print_sheet(desk.app, filed.change, form="a4", lang="id", out=out)
    assert done.count == 4 and stat.S_IMODE(out.stat().st_mode) == 0o600 and out.read_bytes().startswith(b"%PDF")
    with pytest.raises(Refused, match="printed before"):
        vouchers.print_sheet(desk.app, filed.change, form="58mm", lang="id", out=tmp_path / "b.pdf")
    with pytest.raises(Refused, match="needs a reason"):
        vouchers.print_sheet(desk.app, filed.change, form="a4", lang="id", out=out, reprint="2", reason=" ")
    for wrong, words in (
        ("99", "no voucher number 99"),
        ("3-2", "ends before"),
        ("1-99", "number 5"),
        ("x", "no number"),
    ):
        with pytest.raises(InputError, match=words):
            vouchers.print_sheet(desk.app, filed.change, form="a4", lang="id", out=out, reprint=wrong, reason="hilang")
        with pytest.raises(InputError, match=words):
            vouchers.revoke(desk.app, filed.change, wrong, reason="hilang")
    again = tmp_path / "slip.html"
    vouchers.print_sheet(desk.app, filed.change, form="html", lang="en", out=again, reprint="2", reason="hilang")
    made = codes(desk, filed)
    text = again.read_text("utf-8").replace(" ", "")
    assert made["002"] in text and made["001"] not in text
    events = [one.event for one in desk.app.journal.read(filed.change) if one.event.kind == "vouchers.printed"]
    assert [event.data["numbers"] for event in events] == ["001-004", "002"]
    assert events[0].data["paper"] == desk.app.vault.seal(out.read_bytes())
    second = vouchers.print_sheet(desk.app, filed.change, form="a4", lang="id", out=tmp_path / "c.pdf", reason="rusak")
    assert second.seal == done.seal, "the same codes give the same paper"
    assert [line.printed for line in vouchers.listing(desk.app, filed.change).lines] == [2, 3, 2, 2]
    nowhere(desk, list(made.values()))


def test_a_revoked_voucher_is_gone_with_its_session_and_stays_so(desk: Desk) -> None:
    filed = applied(desk, single=True)
    made = codes(desk, filed)
    for n in (1, 2):
        enter(desk, filed, f"02:00:00:00:00:0{n}", made[f"00{n}"], made[f"00{n}"])
    assert vouchers.revoke(desk.app, filed.change, "1", reason="slip hilang") == ("001",)
    for path in ("/ip/hotspot/active", "/ip/hotspot/cookie", "/ip/hotspot/host", "/ip/dhcp-server/lease"):
        text = str(rows(desk, path))
        assert made["001"] not in text and "02:00:00:00:00:01" not in text, path
        assert path == "/ip/dhcp-server/lease" or made["002"] in text or "02:00:00:00:00:02" in text
    with pytest.raises(Denied):
        enter(desk, filed, "02:00:00:00:00:01", made["001"], made["001"])
    assert vouchers.listing(desk.app, filed.change).lines[0].state == "revoked"
    assert vouchers.reconcile(desk.app, filed.change, fix=True)[0].mended == 0, "what was revoked is not brought back"
    assert actions.apply(desk.app, filed.change) == "nothing", "nor is it missing"
    kinds = desk.kinds(filed.change)
    assert kinds.index("vouchers.revoking") < kinds.index("vouchers.revoked")
    assert "batch.intent" in kinds[kinds.index("vouchers.revoking") :]
    with pytest.raises(Refused, match="revoked"):
        vouchers.print_sheet(desk.app, filed.change, form="a4", lang="id", out=desk.root / "x", reprint="1", reason="x")
    vouchers.revoke(desk.app, filed.change, "all", reason="batal")
    assert not [row for row in rows(desk, USER) if "netops" in row.get("comment", "")]
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    nowhere(desk, list(made.values()))


def test_mikhmon_deleting_and_editing_our_users_is_told_and_mended(desk: Desk) -> None:
    filed = applied(desk)
    short, server = filed.change.rpartition("-")[2], Tag(filed.change).name

    def key(number: int) -> dict[str, str]:
        return {"name": f"{short}-00{number}", "server": server}

    foreign = {"name": "tamu123", "password": "tamu123", "server": server, "comment": "vc-411-11.20.26-panitia"}
    by_hand = (
        RowOp(verb=Verb.REMOVE, path=USER, key=key(1)),
        RowOp(verb=Verb.SET, path=USER, key=key(2), new={"disabled": "yes"}),
        RowOp(verb=Verb.ADD, path=USER, key={"name": "tamu123", "server": server}, new=foreign),
    )
    with desk.app.tools.open(GATEWAY) as driver:
        driver.apply(Batch(number=1, ops=by_hand), desk.app.secrets)
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert (found.present, found.missing, found.off) == (3, ("001",), ("002",)) and not found.clean
    assert len(found.foreign) == 1 and "vc-411" in found.foreign[0] and "tamu123" not in str(found)
    assert found.end == "armed" and found.serving and not found.closed_by_itself
    (mended,) = vouchers.reconcile(desk.app, filed.change, fix=True)
    assert mended.mended == 2
    (after,) = vouchers.reconcile(desk.app, filed.change)
    assert after.present == 4 and not after.missing and not after.off and len(after.foreign) == 1
    enter(desk, filed, "02:00:00:00:00:01", f"{short}-001", codes(desk, filed)["001"])
    actions.end(desk.app, filed.change, early=True)
    left = [row["name"] for row in rows(desk, USER) if row.get("name") == "tamu123"]
    assert left == ["tamu123"], "what is not ours stays"


def test_what_the_device_did_by_itself_is_told(desk: Desk) -> None:
    filed = applied(desk)
    events = [one.event for one in desk.app.journal.read(filed.change) if one.event.kind == "guard.armed"]
    handles = [event.data["handle"] for event in events]
    assert [h["purpose"] for h in handles] == [GuardPurpose.REVERT, GuardPurpose.END]
    assert handles[1]["kind"] == GuardKind.DEVICE_TIMER and handles[1]["fires_at"] > handles[0]["fires_at"]
    device = gateway(desk)
    name = f"{Tag(filed.change).name}.end"
    timer = device.machine.store.named("/system/scheduler", name)
    assert timer is not None
    desk.campus.call(lambda: timer.mark(run_count="1"))
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert found.end == "fired" and found.closed_by_itself and not found.clean
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert not [row for row in rows(desk, "/system/scheduler") if name in str(row)]


def test_what_each_voucher_used_is_told_by_its_number(desk: Desk) -> None:
    filed = applied(desk, single=True)
    made, device = codes(desk, filed), gateway(desk)
    for n in (1, 2):
        enter(desk, filed, f"02:00:00:00:00:0{n}", made[f"00{n}"], made[f"00{n}"])
    late = ManualClock(device.machine.clock.now())

    def browse() -> None:
        late.move(device.machine.clock.monotonic())
        device.machine.clock = late
        device.hotspot.use("02:00:00:00:00:01", 100_000, 800_000)
        late.move(60)
        device.hotspot.refresh()
        device.hotspot.use("02:00:00:00:00:01", 0, 0)

    desk.campus.call(browse)
    (found,) = vouchers.reconcile(desk.app, filed.change)
    by_number = {one.number: one for one in found.used}
    assert set(by_number) == {"001", "002"} and found.clean
    assert by_number["001"].down > by_number["001"].up > 0 and by_number["001"].seconds >= 60
    assert by_number["002"].down == 0 and by_number["002"].seconds >= 60
    (event,) = [e.event for e in desk.app.journal.read(filed.change) if e.event.kind == "vouchers.reconciled"]
    assert event.data["used"] == 2 and event.data["bytes"] == by_number["001"].up + by_number["001"].down
    desk.campus.call(lambda: device.hotspot.leave("02:00:00:00:00:01"))
    (after,) = vouchers.reconcile(desk.app, filed.change)
    assert after.used[0] == by_number["001"], "what a session counted stays with its voucher"
    actions.end(desk.app, filed.change, early=True)


def test_at_its_due_time_the_device_closes_and_reconcile_says_so(desk: Desk) -> None:
    filed = applied(desk, single=True)
    made, device = codes(desk, filed), gateway(desk)
    enter(desk, filed, "02:00:00:00:00:01", made["001"], made["001"])
    handle = views.state(desk.app, filed.change).device(GATEWAY).end_guard
    assert handle is not None
    late = ManualClock(device.machine.clock.now())

    def due() -> None:
        device.machine.clock = late
        late.move((handle.fires_at - late.now()).total_seconds() + 301)
        device.scheduler.reconsider()
        device.scheduler.tick()
        late.move(301)
        device.scheduler.tick()

    desk.campus.call(due)
    assert not rows(desk, "/ip/hotspot/active")
    with pytest.raises(Denied):
        enter(desk, filed, "02:00:00:00:00:02", made["002"], made["002"])
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert found.end == "fired" and found.closed_by_itself and not found.serving and not found.clean
    assert found.present == 4, "it takes nothing away"
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert not [row for row in rows(desk, USER) if "netops" in row.get("comment", "")]
    nowhere(desk, list(made.values()))


def test_codes_made_elsewhere_are_used(desk: Desk, tmp_path: Path) -> None:
    filed = code_only(desk, 3)
    file = tmp_path / "mikhmon.csv"
    file.write_text("Username,Password,Profile\nabcdef,abcdef,x\nghjkmn,ghjkmn,x\npqrstu,pqrstu,x\n", "utf-8")
    assert voucher_files.bring(desk.app, filed.change, file) == 3
    actions.apply(desk.app, filed.change)
    assert {"abcdef", "ghjkmn", "pqrstu"} <= {row["name"] for row in rows(desk, USER)}
    out = tmp_path / "out.csv"
    voucher_files.export(desk.app, filed.change, form="mikhmon", out=out, reason="panitia")
    back = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert [row["Username"] for row in back] == ["abcdef", "ghjkmn", "pqrstu"]
    assert back[0]["Time Limit"] == "1h" and stat.S_IMODE(out.stat().st_mode) == 0o600
    nowhere(desk, ["abcdef", "ghjkmn", "pqrstu"])


BAD = (
    (("abcdef", "abcdef", "ghjkmn"), "same as line 2"),
    (("abcdl1", "abcdIl", "ghjkmn"), "looks like it"),
    (("abcd", "abcdeg", "ghjkmn"), "under 5"),
    (("abc def", "abcdeg", "ghjkmn"), "blanks"),
    (("abcdef", "abcdeg", "ghjkmn", "zzzzzz"), "4 codes, the plan has 3"),
    (("abcdef,budi", "abcdeg,abcdeg", "ghjkmn,ghjkmn"), "user and code differ"),
)


def test_a_bad_import_names_its_line_and_no_code(desk: Desk, tmp_path: Path) -> None:
    filed = code_only(desk, 3)
    file = tmp_path / "kode.csv"
    for lines, what in BAD:
        file.write_text("code,username\n" + "\n".join(lines) + "\n", "utf-8")
        with pytest.raises(InputError, match=what) as caught:
            voucher_files.bring(desk.app, filed.change, file)
        assert not [code for code in lines if code in caught.value.describe("id")]
    file.write_text("nama\nabcdef\n", "utf-8")
    with pytest.raises(InputError, match="no column of codes"):
        voucher_files.bring(desk.app, filed.change, file)
    assert not desk.app.vault.exists(filed.change)


def test_a_code_that_is_on_the_router_already_is_refused_by_its_number(desk: Desk, tmp_path: Path) -> None:
    filed = code_only(desk, 3)
    user = RowOp(verb=Verb.ADD, path=USER, key={"name": "ghjkmn"}, new={"name": "ghjkmn", "password": "x"})
    with desk.app.tools.open(GATEWAY) as driver:
        driver.apply(Batch(number=1, ops=(user,)), desk.app.secrets)
    file = tmp_path / "kode.csv"
    file.write_text("code\nabcdef\nghjkmn\npqrstu\n", "utf-8")
    with pytest.raises(Refused, match="number 002") as caught:
        voucher_files.bring(desk.app, filed.change, file)
    assert "ghjkmn" not in caught.value.describe("en")
    desk.app.vault.keep(filed.change, ["abcdef", "ghjkmn", "pqrstu"])
    with pytest.raises(Refused, match="number 002"):
        actions.apply(desk.app, filed.change)
    assert "change.started" not in desk.kinds(filed.change)

"""One code for many devices, the forms that other programs read, the codes on the slips read back, and too many of them."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.actions import needs, voucher_files, vouchers
from netops.core.model import Tag
from netops.filing import Filed, find
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

GATEWAY, REFUSED = "gw-lama", 4


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def planned(desk: Desk, people: int, **wishes: str) -> Filed:
    path = str(desk.request(place="gedung-lama", people=people))
    actions.plan(desk.app, path)
    needs.edit(desk.app, path, wishes)
    actions.plan(desk.app, path)
    filed = find(desk.app, path)
    desk.approve(filed)
    return filed


def enter(desk: Desk, filed: Filed, mac: str, code: str) -> None:
    device, server = desk.campus.devices[GATEWAY], Tag(filed.change).name
    assert isinstance(device, RouterOS)
    desk.campus.call(lambda: device.hotspot.join(mac, server))
    desk.campus.call(lambda: device.hotspot.login(mac, code, code))


def test_one_code_lets_every_participants_device_in_and_no_more(desk: Desk, tmp_path: Path) -> None:
    filed = planned(desk, 6, access="shared")
    actions.apply(desk.app, filed.change)
    (code,) = (one.reveal() for one in desk.app.vault.codes(filed.change).values())
    for n in range(6):
        enter(desk, filed, f"02:00:00:00:00:{n:02x}", code)
    with pytest.raises(Denied, match="no more sessions"):
        enter(desk, filed, "02:00:00:00:00:99", code)
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert found.clean and found.present == 1 and found.online == 6
    sheet = vouchers.print_sheet(desk.app, filed.change, form="html", lang="id", out=tmp_path / "satu.html")
    assert sheet.count == 1
    vouchers.revoke(desk.app, filed.change, "all", reason="bocor")
    assert vouchers.reconcile(desk.app, filed.change)[0].online == 0
    with pytest.raises(Denied):
        enter(desk, filed, "02:00:00:00:00:00", code)
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()


def test_phpnuxbill_reads_its_own_columns_and_brings_them_back(desk: Desk, tmp_path: Path) -> None:
    filed = planned(desk, 3, access="vc")
    actions.apply(desk.app, filed.change)
    made = [one.reveal() for one in desk.app.vault.codes(filed.change).values()]
    out = tmp_path / "tbl_voucher.csv"
    voucher_files.export(desk.app, filed.change, form="phpnuxbill", out=out, reason="pindah ke PHPNuxBill")
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert list(rows[0]) == ["code", "user", "type", "routers", "plan_name", "status", "generated_by"]
    assert [row["code"] for row in rows] == made and {row["type"] for row in rows} == {"Hotspot"}
    assert {(row["status"], row["generated_by"], row["routers"]) for row in rows} == {("0", "netops", "kampus-lama")}
    actions.end(desk.app, filed.change, early=True)
    path = str(desk.request("HD-2", place="gedung-lama", people=3))
    actions.plan(desk.app, path)
    needs.edit(desk.app, path, {"access": "vc"})
    actions.plan(desk.app, path)
    assert voucher_files.bring(desk.app, path, out) == 3, "the same codes serve another event"
    again = desk.app.vault.codes(find(desk.app, path).change)
    assert [one.reveal() for one in again.values()] == made


def test_more_vouchers_than_addresses_are_refused_on_the_command_line(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    from netops.cli.main import main

    path = desk.request(place="gedung-lama", people=40)
    actions.plan(desk.app, str(path))
    words = ["needs", str(path), "--set", "subnet=10.91.0.0/28"]
    assert main(["-C", str(desk.root), "--lang", "en", *words]) == REFUSED
    told = capsys.readouterr()
    assert "40 vouchers, 10.91.0.0/28 holds 13 addresses only" in told.err + told.out


def test_the_codes_on_the_slips_open_the_login_page_with_that_voucher(desk: Desk, tmp_path: Path) -> None:
    filed = planned(desk, 4, access="vc")
    actions.apply(desk.app, filed.change)
    out = tmp_path / "slip.html"
    vouchers.print_sheet(desk.app, filed.change, form="html", lang="id", out=out)
    made = {one.reveal() for one in desk.app.vault.codes(filed.change).values()}
    drawn = re.findall(r'<svg[^>]*viewBox="0 0 (\d+) \1"[^>]*><path stroke="#000" d="([^"]+)"', out.read_text("utf-8"))
    read = [read_qr(int(size), path) for size, path in drawn]
    links = [urlsplit(text) for text in read if text.startswith("http")]
    assert len(links) == 4 and any(text.startswith("WIFI:T:nopass;S:") for text in read)
    assert {parse_qs(link.query)["username"][0] for link in links} == made
    assert {parse_qs(link.query)["password"][0] for link in links} == made
    assert {link.hostname for link in links} == {f"{filed.change.rpartition('-')[2].lower()}.acara.kampus-lama.example"}


# ── a reader of our own, after ISO/IEC 18004: versions 1 to 5 of level L have one block, which is read without correction ──

DATA_WORDS = {1: 19, 2: 34, 3: 55, 4: 80, 5: 108}
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0, lambda i, j: i % 2 == 0, lambda i, j: j % 3 == 0, lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0, lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0, lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)  # fmt: skip
FORMAT_MASK = 0b101010000010010


def read_qr(size: int, path: str) -> str:
    """The text of a code that is drawn as horizontal lines one module thick. Byte mode, level L."""
    dark = [[False] * size for _ in range(size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
        for column in range(int(x), int(x) + int(length)):
            dark[int(y)][column] = True
    version = (size - 17) // 4
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    told = sum(dark[row][column] << (14 - at) for at, (row, column) in enumerate(places)) ^ FORMAT_MASK
    assert told >> 13 == 0b01, "level L"
    mask = MASKS[told >> 10 & 7]
    bits = [dark[i][j] ^ mask(i, j) for i, j in _data_modules(size, version)]
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, DATA_WORDS[version] * 8, 8)]
    stream = "".join(f"{word:08b}" for word in words)
    assert stream[:4] == "0100", "byte mode"
    count = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * n : 20 + 8 * n], 2) for n in range(count)).decode()


def _data_modules(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, upwards and downwards in turn, leaving out what is no data."""
    upward = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        rows = range(size - 1, -1, -1) if upward else range(size)
        for i in rows:
            yield from ((i, j) for j in (right, right - 1) if not _function(i, j, size, version))
        upward = not upward


def _function(i: int, j: int, size: int, version: int) -> bool:
    finder = (i < 9 and j < 9) or (i < 9 and j >= size - 8) or (i >= size - 8 and j < 9)
    centre = size - 7
    alignment = version > 1 and abs(i - centre) <= 2 and abs(j - centre) <= 2
    return finder or i == 6 or j == 6 or alignment

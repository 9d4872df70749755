"""Secrets never travel: canaries are planted as passwords, communities, keys and codes, and every output is searched."""

import json
import logging
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.cli.main import main
from netops.core.errors import NetopsError, Restored
from netops.core.secret import SecretRef
from netops.demo import inject_refusal

ALLOWED = {"secrets.json", "vault.key", "kepala.key"}
"""The files that are made to hold secrets; all of mode 0600 (asserted)."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def _canaries(desk: Desk, change: str) -> dict[str, str]:
    """Every secret of this workspace, by name: the lab's are random words of 16 letters, codes of 8."""
    found = dict(json.loads((desk.root / "secrets.json").read_text()))
    for number in range(1, 4):
        ref = SecretRef(f"voucher/{change}/{number:03d}")
        found[ref.name] = desk.app.vault.get(ref).reveal()
    assert len(found) > 8 and all(len(value) >= 8 for value in found.values())
    return found


def _search(text: str, canaries: dict[str, str], where: str) -> list[str]:
    return [f"{name} in {where}" for name, value in canaries.items() if value in text]


def _pdf_text(data: bytes) -> str:
    """Content streams of a PDF, inflated where they are deflated: enough to find a plain word."""
    out = []
    for part in data.split(b"stream")[1:]:
        try:
            out.append(zlib.decompressobj().decompress(part.lstrip(b"\r\n")).decode("latin-1"))
        except zlib.error:
            out.append(part[:2000].decode("latin-1"))
    return "".join(out)


def test_no_output_of_a_whole_event_holds_a_secret(
    desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Apply, a failure with its errors, the end: logs at DEBUG, terminal, journal, objects, papers, exceptions."""
    caplog.set_level(logging.DEBUG)
    filed = desk.approved(people=3)
    root = ["-C", str(desk.root)]
    assert main([*root, "plan", filed.change]) == 3
    desk.app.vault.create(filed.change, 3)
    canaries = _canaries(desk, filed.change)

    inject_refusal(desk.campus, "gw-kampus", write=12)
    with pytest.raises(Restored) as caught:
        actions.apply(desk.app, filed.change)
    inject_refusal(desk.campus, "gw-kampus", write=0)
    chain = [caught.value, caught.value.__cause__]
    told = "".join(repr(error) + (error.describe("id") if isinstance(error, NetopsError) else "") for error in chain)

    actions.apply(desk.app, filed.change)
    actions.report(desk.app, filed.change, lang="id")
    for words in (["show"], ["show", "--json"], ["log", "show"]):
        main([*root, *words, filed.change])
    for words in (["status"], ["doctor"], ["log", "show", "--json"]):
        main([*root, *words])
    actions.end(desk.app, filed.change, early=True)
    desk.app.journal.close()

    printed = capsys.readouterr()
    leaks = _search(printed.out + printed.err, canaries, "the terminal")
    leaks += _search(caplog.text, canaries, "the logs at DEBUG")
    leaks += _search(told, canaries, "an exception")
    for path in sorted(desk.root.rglob("*")):
        if not path.is_file():
            continue
        if path.name in ALLOWED:
            assert path.stat().st_mode & 0o077 == 0, f"{path.name} is readable by others"
            continue
        data = path.read_bytes()
        leaks += _search(data.decode("latin-1"), canaries, str(path.relative_to(desk.root)))
        if data.startswith(b"%PDF"):
            leaks += _search(_pdf_text(data), canaries, f"{path.name} (inflated)")
    assert not leaks, leaks


def test_the_search_finds_what_it_should(tmp_path: Path) -> None:
    """A search that finds nothing anywhere would prove nothing."""
    assert _search("… kenari-kenari …", {"device/x": "kenari-kenari"}, "here") == ["device/x in here"]
    packed = b"%PDF stream\n" + zlib.compress(b"(kenari-kenari) Tj") + b"endstream"
    assert "kenari-kenari" in _pdf_text(packed)


def test_no_process_argument_holds_a_secret(desk: Desk) -> None:
    """No command takes a password: keys and secrets are files."""
    for words in (["approve", "--help"], ["apply", "--help"], ["lab", "up", "--help"], ["doctor", "--help"]):
        call = "import sys; from netops.cli.main import main; sys.exit(main())"
        shown = subprocess.run([sys.executable, "-c", call, *words], capture_output=True, text=True, check=True).stdout
        assert not any(word in shown for word in ("--password", "--secret", "--passphrase", "--community"))

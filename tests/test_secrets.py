"""Secrets never travel: canaries are planted as passwords, communities, keys and codes, and every output is searched."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typst
from event_desk import Desk, open_desk

from netops import actions
from netops.cli.main import main
from netops.core.errors import NetopsError, Restored
from netops.core.secret import SecretRef
from netops.demo import inject_refusal

ALLOWED = {"secrets.json", "vault.key", "kepala.key", "koordinator.key", "piket.key"}
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


@pytest.fixture
def printed_on_paper(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What typst is given to set. The PDF itself holds numbers of glyphs: no word can be searched for in it."""
    given: list[str] = []

    def watched(*args: Any, sys_inputs: dict[str, str], **options: Any) -> bytes:
        given.extend(sys_inputs.values())
        made: bytes = compiled(*args, sys_inputs=sys_inputs, **options)
        return made

    compiled: Any = typst.compile
    monkeypatch.setattr(typst, "compile", watched)
    return given


def test_no_output_of_a_whole_event_holds_a_secret(
    desk: Desk,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    printed_on_paper: list[str],
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
    seen: set[str] = set()
    for path in sorted(desk.root.rglob("*")):
        if not path.is_file():
            continue
        if path.name in ALLOWED:
            assert path.stat().st_mode & 0o077 == 0, f"{path.name} is readable by others"
            continue
        data = path.read_bytes()
        place = str(path.relative_to(desk.root))
        found = data.decode("latin-1")
        leaks += _search(found, canaries, place)
        seen |= {place.split("/")[1]} if filed.change in found and place.startswith("var/") else set()
    leaks += _search("".join(printed_on_paper), canaries, "the paper")
    assert not leaks, leaks
    # A search that finds nothing anywhere would prove nothing: what is no secret is found in each of these places.
    for text in (printed.out, caplog.text, "".join(printed_on_paper)):
        assert filed.change in text
    assert "gw-kampus" in told and {"journal.db", "objects"} <= seen


def test_no_process_argument_holds_a_secret(desk: Desk) -> None:
    """No command takes a password: keys and secrets are files."""
    for words in (["approve", "--help"], ["apply", "--help"], ["lab", "up", "--help"], ["doctor", "--help"]):
        call = "import sys; from netops.cli.main import main; sys.exit(main())"
        shown = subprocess.run([sys.executable, "-c", call, *words], capture_output=True, text=True, check=True).stdout
        assert not any(word in shown for word in ("--password", "--secret", "--passphrase", "--community"))

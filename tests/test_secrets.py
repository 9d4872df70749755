"""Secrets never travel: canaries are planted as passwords, communities, keys and codes, and every output is searched."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typst
from event_desk import Desk, open_desk
from radius_server import DATABASE, make_database, set_up

from netops import actions
from netops.cli.main import main
from netops.core.errors import NetopsError, Restored
from netops.core.secret import SecretRef
from netops.demo import inject_refusal
from netops.filing import find
from netops.practice import CHAIN

ALLOWED = {"secrets.json", "vault.key", "kepala.key", "koordinator.key", "piket.key", *CHAIN}
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
    for text in (printed.out, "".join(printed_on_paper)):
        assert filed.change in text
    assert all(record.levelno >= logging.WARNING for record in caplog.records), "a library's own log was not capped"
    assert "gw-kampus" in told and {"journal.db", "objects"} <= seen


class _Processes(threading.Thread):
    """Command line and environment of every process below ours, ten times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.lines: set[str] = set()
        self.environments: dict[str, set[str]] = {}

    def run(self) -> None:
        while not self.ended.wait(0.1):
            parents = {process: _parent(process) for process in _numbers()}
            for process in parents:
                above = process
                while above in parents and above != str(os.getpid()):
                    above = parents[above]
                if above == str(os.getpid()) != process:
                    self._look(process)

    def _look(self, process: str) -> None:
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("latin-1")
            self.lines.add(line)
            environment = Path(f"/proc/{process}/environ").read_bytes().decode("latin-1")
            self.environments.setdefault(line, set()).add(environment)


def _numbers() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(process: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text("latin-1").rpartition(")")[2].split()[1]
    return ""


def _plant(desk: Desk, secrets: Path) -> tuple[dict[str, str], dict[str, str]]:
    """A reference of each kind, and secrets where they are seldom used. Returns the canaries and the environment."""
    file = desk.root / "secrets.json"
    known = dict(json.loads(file.read_text()))
    wifi, mail, log_key = (f"Kenari-{word}-5521" for word in ("wifi", "surel", "catatan"))
    planted = {**known, "wifi/kampus": wifi, "mail": mail, "log key": log_key}
    kinds = {"device/gw-kampus": "file", "device/sw-aula": "env", "device/sw-inti": "cred", "device/ap-aula": "age"}
    for name, kind in kinds.items():
        held = secrets / name.rpartition("/")[2]
        held.touch(mode=0o600)
        held.write_text(planted[name])
        known[name] = f"{kind}:{'CANARY_SW' if kind == 'env' else held.name if kind == 'cred' else held}"
    known["wifi/kampus"] = wifi
    file.write_text(json.dumps(known))
    file.with_name("age.key").touch(mode=0o600)
    (secrets / "age").touch(
        mode=0o700
    )  # the real one is tried in tests/unit/test_references.py; one that lives longer is seen
    (secrets / "age").write_text('#!/bin/sh\nsleep 0.3\nexec cat "$4"\n')
    sites = desk.root / "inventory" / "sites.yaml"
    sites.write_text(sites.read_text("utf-8").replace("wireless: open ", "wireless: wpa2-psk ", 1), encoding="utf-8")
    settings = desk.root / "netops.toml"
    text = settings.read_text("utf-8").replace('username = ""', 'username = "netops"')
    settings.write_text(text.replace('password = "mail/password"', 'password = "env:CANARY_MAIL"'), encoding="utf-8")
    key = desk.root / "log.key"
    words = ["ssh-keygen", "-q", "-p", "-P", "", "-N", log_key, "-f", str(key)]
    subprocess.run(words, check=True, capture_output=True)
    path = f"{secrets}{os.pathsep}{os.environ['PATH']}"
    environ = {"CANARY_SW": planted["device/sw-aula"], "CANARY_MAIL": mail, "CREDENTIALS_DIRECTORY": str(secrets)}
    return planted, {**os.environ, **environ, "PATH": path}


@pytest.mark.needs_debian("openssh-client")
def test_secrets_by_reference_and_those_seldom_used_show_nowhere(desk: Desk, tmp_path: Path) -> None:
    """A reference of each kind, a WPA passphrase, a mail password, a locked log key; vouchers printed and handed out.

    Commands run as processes of their own, as an office runs them; what they print, leave behind and show to `ps` is searched.
    """
    outside = tmp_path / "rahasia"
    outside.mkdir(mode=0o700)
    planted, environ = _plant(desk, outside)
    shown: list[str] = []

    def run(*words: str, code: int = 0) -> None:
        call = "import sys; from netops.cli.main import main; sys.exit(main())"
        line = [sys.executable, "-X", "faulthandler", "-c", call, "-C", str(desk.root), *words]
        done = subprocess.run(line, capture_output=True, text=True, env=environ, stdin=subprocess.DEVNULL)
        shown.extend((done.stdout, done.stderr))
        assert done.returncode == code, (words, done.returncode, done.stderr)

    request = desk.request(people=3)
    watched = _Processes()
    watched.start()
    try:
        run("plan", str(request), code=3)
        filed = find(desk.app, str(request))
        desk.approve(filed)
        run("apply", filed.change)
        run("vouchers", "print", filed.change, "-o", str(outside / "lembar.html"), "--format", "html")
        run("vouchers", "export", filed.change, "-o", str(outside / "kode.csv"), "--reason", "FreeRADIUS")
        run("doctor")
        run("mail", "send", code=3)  # `apply` tried: a password does not go without STARTTLS
        run("mail", "list")
        run("log", "publish", code=2)
        refs = (SecretRef(f"voucher/{filed.change}/{number:03d}") for number in range(1, 4))
        canaries = planted | {ref.name: desk.app.vault.get(ref).reveal() for ref in refs}
        run("end", filed.change, "--early")
        run("log", "show", "--json")
    finally:
        watched.ended.set()
        watched.join()
    desk.app.journal.close()

    leaks = _search("".join(shown), canaries, "the terminal")
    leaks += _search("".join(watched.lines), canaries, "a command line")
    for line, environments in watched.environments.items():
        mine = (
            [] if "netops.cli.main" in line else _search("".join(environments), canaries, f"the environment of {line}")
        )
        leaks += mine
    for file in sorted(desk.root.rglob("*")):
        if file.is_file() and file.name not in ALLOWED:
            leaks += _search(file.read_bytes().decode("latin-1"), canaries, str(file.relative_to(desk.root)))
    assert not leaks, leaks
    # The search bites: what is looked at is what was done, and the codes are where they were asked for.
    assert any("apply" in line for line in watched.lines) and any("--decrypt" in line for line in watched.lines)
    assert filed.change in "".join(shown) and "STARTTLS" in "".join(shown)
    for name in ("lembar.html", "kode.csv"):
        assert (outside / name).stat().st_mode & 0o077 == 0
    assert len(_search((outside / "kode.csv").read_text(), canaries, "the export")) == 3


@pytest.mark.parametrize("fails", ["gone", "unknown driver", "nobody answers"])
def test_a_radius_databases_address_shows_nowhere(
    desk: Desk, fails: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """The address of a database holds its password: in whatever way it fails, no output, log or exception has it."""
    caplog.set_level(logging.DEBUG)
    canary = "Kenari-radius-5521"
    folder = tmp_path / canary
    folder.mkdir()
    database = folder / "radius.db"
    make_database(database)
    set_up(desk.root, database)
    path = desk.request(place="gedung-lama", people=3)
    root = ["-C", str(desk.root)]
    assert main([*root, "plan", str(path)]) == 3
    filed = find(desk.app, str(path))
    desk.approve(filed)
    assert main([*root, "apply", filed.change]) == 0
    secrets = desk.root / "secrets.json"
    known = json.loads(secrets.read_text())
    broken = {
        "gone": f"sqlite:///{tmp_path / canary / 'tidak' / 'ada.db'}",
        "unknown driver": f"tidakada+apa://netops:{canary}@127.0.0.1/radius",
        "nobody answers": f"sqlite:///file:{database}?mode=rw&nolock={canary}&uri=true",
    }[fails]
    secrets.write_text(json.dumps({**known, f"device/{DATABASE}": broken}))
    database.unlink()
    for words in (["doctor"], ["vouchers", "reconcile", filed.change], ["end", filed.change, "--early"]):
        assert main([*root, *words]) != 0, words
    desk.app.journal.close()
    printed = capsys.readouterr()
    canaries = {"the address": canary, "the shared secret": known["radius/kampus-lama"]}
    leaks = _search(printed.out + printed.err, canaries, "the terminal") + _search(caplog.text, canaries, "the logs")
    for file in sorted(desk.root.rglob("*")):
        if file.is_file() and file.name not in ALLOWED:
            leaks += _search(file.read_bytes().decode("latin-1"), canaries, str(file.relative_to(desk.root)))
    assert not leaks, leaks
    assert DATABASE in printed.out + printed.err, "its failure was told"


def test_no_process_argument_holds_a_secret(desk: Desk) -> None:
    """No command takes a password: keys and secrets are files."""
    for words in (["approve", "--help"], ["apply", "--help"], ["lab", "up", "--help"], ["doctor", "--help"]):
        call = "import sys; from netops.cli.main import main; sys.exit(main())"
        shown = subprocess.run([sys.executable, "-c", call, *words], capture_output=True, text=True, check=True).stdout
        assert not any(word in shown for word in ("--password", "--secret", "--passphrase", "--community"))

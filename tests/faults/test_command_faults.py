"""What goes wrong before a change, through the command line: place and remedy named, no device written to, nothing lost."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import views
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.lab.ios.device import Ios
from netops.lab.routeros.device import RouterOS

Fails = Callable[..., str]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def gateway(desk: Desk) -> RouterOS:
    device = desk.campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    return device


@pytest.fixture
def fails(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Fails:
    """`plan` fails with this exit code and leaves every device as it was; afterwards, mended, it works."""

    def fails(code: int, mend: Callable[[], object]) -> str:
        switch = desk.campus.devices["sw-aula"]
        assert isinstance(switch, Ios)
        before = desk.campus.call(lambda: switch.running_config)
        path = str(desk.request(people=3))
        assert main(["-C", str(desk.root), "plan", path]) == code
        told = capsys.readouterr()
        assert told.out == "" and "Traceback" not in told.err
        assert desk.campus.call(lambda: gateway(desk).faults.writes) == 0
        assert desk.campus.call(lambda: switch.running_config) == before
        mend()
        assert main(["-C", str(desk.root), "plan", path]) == 3, capsys.readouterr().err
        (line,) = views.overview(desk.app)
        assert views.state(desk.app, line.change).phase is Phase.PLANNED
        views.verify_log(desk.app)
        return told.err

    return fails


def edited(path: Path, old: str, new: str) -> Callable[[], object]:
    """Edits a file now; returns what puts it back."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return lambda: path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("device", "remedy"), [("gw-kampus", "/user add name=netops"), ("sw-aula", "secret")], ids=["router", "switch"]
)
def test_a_refused_login(desk: Desk, fails: Fails, device: str, remedy: str) -> None:
    secrets = json.loads((desk.root / "secrets.json").read_text())
    mend = edited(desk.root / "secrets.json", secrets[f"device/{device}"], "salah-kenari-77")
    told = fails(1, mend)
    assert f"error: {device}: login: " in told and remedy in told
    assert "salah-kenari-77" not in told


def test_an_unknown_host_key(desk: Desk, fails: Fails) -> None:
    """Nothing is known of the switch: the error holds the very line to paste."""
    options = desk.app.fleet.target("sw-aula").options
    desk.app.__dict__.pop("fleet")
    key = str(options["host_key"])
    told = fails(1, edited(desk.root / "inventory" / "hosts.yaml", key, key[:-8] + "AAAAAAAA"))
    assert "sw-aula: connect: " in told and "inventory/hosts.yaml" in told and key in told


def test_an_unknown_certificate(desk: Desk, fails: Fails) -> None:
    pin = str(desk.app.fleet.target("gw-kampus").options["tls_fingerprint"])
    desk.app.__dict__.pop("fleet")
    told = fails(1, edited(desk.root / "inventory" / "hosts.yaml", pin, "sha256:" + "0" * 64))
    assert "gw-kampus: connect: " in told and "inventory/hosts.yaml" in told and pin in told


def test_without_tls_a_device_is_refused_and_never_spoken_to_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The clear-text API is open next to it and takes the same login: it is used only where the inventory says so."""
    monkeypatch.setenv("NETOPS_LANG", "en")
    defaults = RouterOS.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "tls", False)
    with open_desk(tmp_path / "kampus") as desk:
        router = gateway(desk)

        def logins() -> int:
            rows = desk.campus.call(lambda: [row.marks["message"] for row in router.machine.store.rows("/log")])
            return len([message for message in rows if "logged in" in message])

        words = ["-C", str(desk.root), "plan", str(desk.request(people=3))]
        assert main(words) == 1
        told = capsys.readouterr().err
        assert "ap-aula: connect: " in told and "gw-kampus: TLS failed" in told
        assert "/certificate add name=netops-api" in told and "/ip service set api-ssl certificate=" in told
        assert logins() == 0
        assert desk.campus.call(lambda: router.faults.writes) == 0

        hosts = desk.root / "inventory" / "hosts.yaml"
        hosts.write_text(hosts.read_text("utf-8").replace("api_port:", "cleartext: true\n      api_port:"), "utf-8")
        assert main(words) == 3, capsys.readouterr().err
        assert logins() > 0, "logins are counted, and the clear-text API takes them"


def test_an_undefined_template_variable(desk: Desk, fails: Fails) -> None:
    template = desk.root / "templates" / "event-hotspot" / "routeros.j2"
    lines = template.read_text(encoding="utf-8").split("\n")
    number = next(index for index, line in enumerate(lines) if "{{ " in line)
    told = fails(2, edited(template, lines[number], lines[number].replace("{{ ", "{{ tidak_ada_", 1)))
    assert f"templates/event-hotspot/routeros.j2:{number + 1}: tidak_ada_" in told


def test_no_matching_device(desk: Desk, fails: Fails) -> None:
    mend = edited(desk.root / "inventory" / "hosts.yaml", "gateway", "core")
    assert "the inventory has no device of role 'gateway' at site 'kampus'" in fails(4, mend)


@pytest.mark.parametrize("blocks", [1, 8])
def test_a_full_disk(desk: Desk, blocks: int, capsys: pytest.CaptureFixture[str]) -> None:
    """No file may grow beyond so many blocks: `plan` says so, and plans when there is room again."""
    path = str(desk.request(people=3))
    call = "import sys; from netops.cli.main import main; sys.exit(main())"
    words = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", sys.executable, "-B", "-c", call]
    done = subprocess.run(
        [*words, "-C", str(desk.root), "plan", path], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr and "error: " in done.stderr and done.stdout == ""
    assert desk.campus.call(lambda: gateway(desk).faults.writes) == 0
    assert main(["-C", str(desk.root), "plan", path]) == 3, capsys.readouterr().err
    views.verify_log(desk.app)

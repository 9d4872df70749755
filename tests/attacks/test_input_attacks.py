"""Bad and hostile requests through the command line: a clear place, the designed exit code, no device touched."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from planning_sample import GW, ROOT, sites
from requests_sample import TEXT, load_event, request

from netops.app import App
from netops.cli.main import main
from netops.core.errors import InputError
from netops.core.model import Tag, Target
from netops.core.ports import Driver
from netops.data_root import init_workspace
from netops.planning.render import CLOSE, OPEN, Renderer, event_context
from netops.planning.sizing import propose
from netops.requests.common import change_id
from netops.requests.load import read_document

SOON = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d")
GOOD = TEXT.replace("2026-12-01", SOON)
LINES = GOOD.split("\n")


def line(start: str) -> int:
    return next(number for number, text in enumerate(LINES, 1) if text.strip().startswith(start))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace whose devices must not be spoken to."""
    monkeypatch.setenv("NETOPS_LANG", "en")
    touched: list[str] = []

    def connect(app: App, target: Target) -> Driver:
        touched.append(target.name)
        raise AssertionError(f"{target.name} was touched")

    monkeypatch.setattr(App, "connect", connect)
    init_workspace(tmp_path / "kampus")
    yield tmp_path / "kampus"
    assert not touched


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(desk: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(text: str | bytes, *command: str, name: str = "p.yaml") -> tuple[int, str]:
        path = desk / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        code = main(["-C", str(desk), *(command or ("plan",)), str(path)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.err.replace(str(desk) + "/", "")

    return run


@pytest.mark.parametrize("command", [("plan",), ("request", "check"), ("request", "show"), ("apply",), ("end",)])
def test_every_command_refuses_a_bad_file(run: Run, command: tuple[str, ...]) -> None:
    code, told = run(GOOD.replace("unit:", "unti:"), *command)
    assert code == 2
    assert f"p.yaml:{line('unit:')}: unti: this field is not known" in told


def test_the_good_request_is_good(run: Run) -> None:
    assert run(GOOD, "request", "check")[0] == 0


@pytest.mark.parametrize(
    ("case", "old", "new", "at", "said"),
    [
        ("unknown field", "  setting: indoor", "  setting: indoor\n  vip: yes", ("setting", 1), "event.vip: this field is not known"),
        ("wrong type", "participants: 200", "participants: [200]", ("participants", 0), "must be a whole number"),
        ("end before start", "16:00", "06:00", ("ends_at", 0), "event.ends_at: the event ends before it starts"),
        ("past event", SOON, "2024-02-29", ("ends_at", 0), "event.ends_at: the end is past"),
        ("0 participants", "participants: 200", "participants: 0", ("participants", 0), "must be at least 1; found 0"),
        (
            "100,000 participants",
            "participants: 200",
            "participants: 100000",
            ("participants", 0),
            "event.participants: must be at most 20000; found 100000",
        ),
        ("duplicate key", "unit:", "unit: x\nunit:", ("unit", 1), "unit: the key 'unit' is written twice"),
        ("alias", "unit: F", "unit: &u F", ("unit", 0), "YAML anchors (&) and aliases (*) are refused"),
        ("tag", "unit: F", "unit: !!python/name:os.system F", ("unit", 0), "YAML tags (!) are refused"),
        ("merge key", "event:\n", "event:\n  <<: {a: 1}\n", ("event", 1), "this field is not known"),
        ("escape sequence", "name: Seminar", "name: Sem\x1b[2Jinar", ("name: Sem", 0), "character U+001B"),
        ("escaped newline", "name: Seminar Nasional", '"name": "x\\r/user add"', ("name: Sem", 0), "character U+000D"),
        ("bidi override", "name: Seminar", "name: \u202eranimeS", ("name: Sem", 0), "character U+202E"),
        ("zero width", "name: Seminar", "name: Sem\u200binar", ("name: Sem", 0), "character U+200B"),
        ("placeholder", "name: Seminar", f"name: {OPEN}0{CLOSE}", ("name: Sem", 0), "character U+E000"),
        ("jinja expression", "name: Seminar Nasional", "name: 'x {{ 7*7 }}'", ("name: Sem", 0), "template syntax '{{'"),
        ("jinja statement", "name: Seminar Nasional", "name: 'x {% include %}'", ("name: Sem", 0), "template syntax '{%'"),
        ("typst expression", "name: Seminar Nasional", "name: 'x #{sys}'", ("name: Sem", 0), "template syntax '#{'"),
        ("shell expression", "name: Budi Contohno", "name: x $(id)", ("name: Budi", 0), "template syntax '$('"),
        ("template in the place", "place: aula", "place: '{{x}}'", ("place", 0), "is not a short name"),
        ("path as place", "place: aula", "place: ../../etc/passwd", ("place", 0), "is not a short name"),
        ("path as service", "event-hotspot", "../../x", ("service", 0), "service '../../x' is not known"),
        ("mail header", "budi@kampus.example", '"a@b.id\\nBcc: c@d.id"', ("email", 0), "not an e-mail address"),
        ("number as infinity", "participants: 200", "participants: .inf", ("participants", 0), "must be a whole number"),
        ("huge number", "participants: 200", "participants: " + "9" * 5000, ("participants", 0), "must be a whole number"),
        ("year 9999", f"ends_at: {SOON}", "ends_at: 9999-12-31", ("ends_at", 0), "longer than this service allows (2w)"),
        ("long name", "name: Seminar Nasional", "name: " + "x" * 5000, ("name: Sem", 0), "at most 200 characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 and "\n" not in value else "",
)  # fmt: skip
def test_bad_input_names_its_line_and_touches_nothing(
    run: Run, case: str, old: str, new: str, at: tuple[str, int], said: str
) -> None:
    assert old in GOOD, case
    text = GOOD.replace(old, new) if old == SOON else GOOD.replace(old, new, 1)
    code, told = run(text)
    assert code == 2, told
    assert f"p.yaml:{line(at[0]) + at[1]}: " in told
    assert said in told


def test_an_unknown_place_names_the_known_ones(run: Run) -> None:
    code, told = run(GOOD.replace("place: aula", "place: bulan"))
    assert code == 2
    assert "event.place: the place 'bulan' is not known" in told
    assert "Places in inventory/sites.yaml: aula, gedung-lama, lapangan" in told


def test_bandwidth_above_the_uplink_is_refused_with_exit_4(run: Run) -> None:
    code, told = run(GOOD.replace("20M/50M", "20M/2G"))
    assert code == 4
    assert f"p.yaml:{line('bandwidth')}: event.bandwidth: bandwidth 2 Gbps is above the uplink ISP-A at kampus" in told


def test_no_matching_device_is_refused_with_exit_4(run: Run, desk: Path) -> None:
    hosts = desk / "inventory" / "hosts.yaml"
    hosts.write_text(hosts.read_text().replace("roles: [gateway]", "roles: [core]"))
    code, told = run(GOOD)
    assert code == 4
    assert "the inventory has no device of role 'gateway' at site 'kampus'" in told
    assert "Add a device to inventory/hosts.yaml" in told


def test_a_ten_megabyte_file_is_refused_at_once(run: Run) -> None:
    start = monotonic()
    code, told = run(b"a: " + b"x" * (10 * 1024 * 1024))
    assert (code, "p.yaml: the file is over the limit of 262144 bytes" in told) == (2, True)
    assert monotonic() - start < 5


def test_an_alias_bomb_is_refused_at_once(run: Run) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    start = monotonic()
    code, told = run(bomb)
    assert (code, "p.yaml:1: a: YAML anchors (&) and aliases (*) are refused" in told) == (2, True)
    assert monotonic() - start < 5


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 400)), "{" * 50_000]
)
@pytest.mark.parametrize("name", ["p.yaml", "p.json"])
def test_deep_nesting_is_refused(run: Run, text: str, name: str) -> None:
    code, told = run(text, name=name)
    assert code == 2
    assert told.startswith(f"error: {name}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"service": "event-hotspot",\n "service": "event-hotspot"}',
            "p.json:2: service: the key 'service' is written twice",
        ),
        ('{"service": NaN}', "NaN is not JSON"),
        ('{"service": "a\\u0000b"}', "U+0000"),
        ("null", "must hold named fields"),
        ("[]", "must hold named fields"),
    ],
)
def test_hostile_json(run: Run, text: str, said: str) -> None:
    code, told = run(text, name="p.json")
    assert code == 2
    assert said in told or "must be filled in" in told


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 100, b"\xff\xfe\x00", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", b"- a\n- b\n", b"hello"]
)
def test_what_is_no_request_at_all(run: Run, data: bytes) -> None:
    code, told = run(data)
    assert code == 2
    assert "p.yaml" in told


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read(desk: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["-C", str(desk), "request", "check", str(desk / name)]) == 2
    assert "the file cannot be read" in capsys.readouterr().err


def test_an_undefined_template_variable_is_told_before_any_device(tmp_path: Path) -> None:
    (tmp_path / "event-hotspot").mkdir()
    (tmp_path / "event-hotspot" / "routeros.j2").write_text("/ip pool\nadd name={{ naem }}\n")
    with pytest.raises(InputError) as caught:
        Renderer(tmp_path).render("event-hotspot", "routeros", {"name": "x"})
    assert caught.value.exit_code == 2
    assert caught.value.describe("en").startswith(f"{tmp_path}/event-hotspot/routeros.j2:2: naem: the variable 'naem'")


@pytest.mark.parametrize("name", ['x"; /user add name=evil', "x\\", "a ? b", "[find] $x", "=name=y", "no shutdown"])
def test_what_a_requester_writes_never_becomes_template_or_command_text(name: str) -> None:
    asked = load_event(read_document(TEXT.replace("name: Seminar Nasional", f"name: '{name}'").encode()))
    site = sites().site("kampus")
    window = (asked.event.starts_at, asked.event.ends_at)
    needs = propose(asked, site, window, {}, (), (), change="x")
    context = event_context(needs, GW, Tag("HD-2026-0117-abcdef"), site)
    hostile = {**context, "dns_name": name}  # even where a template prints it
    text, values = Renderer(ROOT / "templates").render("event-hotspot", "routeros", hostile)
    assert name not in text
    assert name in values.values()
    clean, _ = Renderer(ROOT / "templates").render("event-hotspot", "routeros", context)
    assert text == clean


def test_look_alike_letters_do_not_make_the_same_change() -> None:
    assert change_id(request("HD-2026-0117", "НD-2026-0117")) != change_id(request())  # a Cyrillic Н

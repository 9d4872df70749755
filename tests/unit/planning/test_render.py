"""Templates to text and values: everything printed is a placeholder, nothing undefined or live gets through."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_sample import AP, GI, GW, ROOT, SW, sites

from netops.core.errors import InputError
from netops.core.model import Needs, Row, Rows, Tag
from netops.core.secret import SecretRef
from netops.planning.render import CLOSE, OPEN, Air, Renderer, Sealed, event_context
from netops.platforms.routeros import PLATFORM

TAG = Tag("HD-2026-0117-abcdef")
TOKEN = re.compile(f"{OPEN}[0-9]+{CLOSE}")
NEEDS = Needs(
    site="kampus",
    vlan=210,
    subnet="10.90.0.0/23",
    ssid="Seminar",
    lease_seconds=7200,
    client_up=2_000_000,
    client_down=5_000_000,
    total_up=20_000_000,
    total_down=50_000_000,
    users=3,
    basis=(),
)


def template(folder: Path, text: str) -> Renderer:
    (folder / "svc").mkdir(exist_ok=True)
    (folder / "svc" / "ios.j2").write_text(text, encoding="utf-8")
    return Renderer(folder)


def spliced(text: str, values: object) -> str:
    assert isinstance(values, dict)
    return TOKEN.sub(lambda match: str(values[match[0]]), text)


def refused(folder: Path, text: str, /, **context: object) -> InputError:
    with pytest.raises(InputError) as caught:
        template(folder, text).render("svc", "ios", context)
    return caught.value


# ── placeholders ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_printed_is_a_placeholder_and_text_of_the_template_is_not(tmp_path: Path) -> None:
    text, values = template(tmp_path, "a={{ x }}/{{ n }} b={{ 'c' }}\n").render("svc", "ios", {"x": "X", "n": 7})
    assert TOKEN.sub("T", text) == "a=T/T b=T\n"
    assert list(values.values()) == ["X", "7", "c"]


@pytest.mark.parametrize(
    "printed",
    ["needs.vlan", "(['a'] + more) | join(',')", "x ~ '-' ~ n", "x | upper", "more[0]", "n + 1", "x if n else 1"],
)
def test_any_expression_is_one_placeholder(tmp_path: Path, printed: str) -> None:
    context = {"needs": NEEDS, "more": ["b", "c"], "x": "X", "n": 7}
    text, values = template(tmp_path, f"{{{{ {printed} }}}}").render("svc", "ios", context)
    assert TOKEN.fullmatch(text)
    assert len(values) == 1


def test_loops_and_conditions_see_the_real_values(tmp_path: Path) -> None:
    source = "{% for one in many %}\n{% if one.n > 1 and one.s == 'b' %}\nx {{ one.s }}\n{% endif %}\n{% endfor %}\n"
    many = [{"n": 1, "s": "b"}, {"n": 2, "s": "b"}, {"n": 3, "s": "c"}]
    text, values = template(tmp_path, source).render("svc", "ios", {"many": many})
    assert spliced(text, values) == "x b\n"


def test_live_characters_stay_out_of_the_text(tmp_path: Path) -> None:
    live = '; [ ] $ " \\ ? {{ 7*7 }} {% raw %}'
    text, values = template(tmp_path, 'comment="{{ x }}"').render("svc", "ios", {"x": live})
    assert TOKEN.sub("", text) == 'comment=""'
    assert list(values.values()) == [live]


def test_each_rendering_starts_anew(tmp_path: Path) -> None:
    renderer = template(tmp_path, "{{ x }} {{ 'c' }}")
    first = renderer.render("svc", "ios", {"x": "1"})
    second = renderer.render("svc", "ios", {"x": "2"})
    assert first[0] == second[0]
    assert (list(first[1].values()), list(second[1].values())) == (["1", "c"], ["2", "c"])


def test_a_secret_travels_as_a_reference(tmp_path: Path) -> None:
    ref = SecretRef("voucher/x/001")
    text, values = template(tmp_path, "p={{ a }} {{ b }}").render("svc", "ios", {"a": ref, "b": Sealed(ref)})
    assert list(values.values()) == [ref, ref]
    assert "voucher" not in text


@pytest.mark.parametrize("printed", ["p ~ 'x'", "[p, 'x'] | join(',')", "p | upper", "p | replace('v', 'w')"])
def test_a_secret_never_becomes_part_of_another_text(tmp_path: Path, printed: str) -> None:
    error = refused(tmp_path, "\n{{ " + printed + " }}", p=Sealed(SecretRef("voucher/x/001")))
    assert "can only be printed alone" in error.describe("en")
    assert error.line == 2


@settings(max_examples=50)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")), max_size=9)
    )
)
def test_splicing_gives_back_exactly_the_values(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    folder = tmp_path_factory.mktemp("t")
    source = "{% for word in words %}\n<{{ word }}>\n{% endfor %}\n"
    text, values = template(folder, source).render("svc", "ios", {"words": words})
    assert spliced(text, values) == "".join(f"<{word}>\n" for word in words)


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("printed", "variable"),
    [
        ("{{ nothing }}", "nothing"),
        ("{{ needs.vlam }}", "vlam"),
        ("{{ site.nama }}", "nama"),
        ("{% for x in nothing %}{% endfor %}", "nothing"),
        ("{% if nothing %}{% endif %}", "nothing"),
        ("{% if nothing.more %}{% endif %}", "nothing"),
        ("{{ nothing | join(',') }}", "nothing"),
        ("{{ site['nama'] }}", "nama"),
        ("{{ lipsum }}", "lipsum"),
        ("{{ cycler }}", "cycler"),
    ],
)
def test_an_undefined_variable_names_template_line_and_variable(tmp_path: Path, printed: str, variable: str) -> None:
    error = refused(tmp_path, f"first\nsecond {printed}\n", needs=NEEDS, site={"name": "x"})
    assert error.describe("en").startswith(
        f"{tmp_path}/svc/ios.j2:2: {variable}: the variable {variable!r} is undefined"
    )
    assert f"variabel {variable!r} tidak ada" in error.describe("id")
    assert error.exit_code == 2


def test_an_undefined_variable_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    renderer = template(tmp_path, "a\n{% include 'svc/part.j2' %}\n")
    (tmp_path / "svc" / "part.j2").write_text("b\nc\n{{ nothing }}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        renderer.render("svc", "ios", {})
    assert caught.value.describe("en").startswith(f"{tmp_path}/svc/part.j2:3: nothing: ")


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("{{ none }}", "a value of type NoneType cannot be printed"),
        ("{{ yes }}", "a value of type bool cannot be printed"),
        ("{{ many }}", "a value of type list cannot be printed"),
        ("{{ half }}", "a value of type float cannot be printed"),
        ("{{ needs }}", "a value of type Needs cannot be printed"),
        ("{{ bad }}", "U+000A"),
        ("{{ forged }}", "U+E000"),
        ("{{ bidi }}", "U+202E"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ many + 'x' }}", "can only concatenate list"),
        ("{{ text.__class__ }}", "__class__"),
        ("{{ needs.__init__.__globals__ }}", "__init__"),
        ("{{ text | attr('__class__') }}", "attr"),
        ("{{ text | pprint }}", "No filter named 'pprint'"),
        ("{% if %}", "not a valid template"),
        ("{{ text", "not a valid template"),
        ("{% include '../../etc/passwd' %}", "there is no template ../../etc/passwd"),
        ("{% for i in range(10000000) %}{% endfor %}", "Range too big"),
    ],
)
def test_what_cannot_be_printed_or_run_is_refused(tmp_path: Path, printed: str, reason: str) -> None:
    error = refused(
        tmp_path, f"first\n{printed}\n", none=None, yes=True, many=["a"], half=0.5, needs=NEEDS, text="x",
        bad="x\nshutdown", forged=f"{OPEN}0{CLOSE}", bidi="\u202e",
    )  # fmt: skip
    assert reason in error.describe("en")
    assert str(tmp_path) in error.describe("id")


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        Renderer(tmp_path).render("svc", "ios", {})
    assert caught.value.describe("en").splitlines()[0] == f"{tmp_path}/svc/ios.j2: there is no template svc/ios.j2"


def test_placeholders_in_the_template_itself_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, f"a\nb {OPEN}0{CLOSE} {{{{ x }}}}\n", x="secret")
    assert error.describe("en") == f"{tmp_path}/svc/ios.j2:2: not a valid template: it holds a private-use character"


def test_placeholders_in_an_included_file_are_refused(tmp_path: Path) -> None:
    renderer = template(tmp_path, "{% include 'svc/part.j2' %}{{ x }}")
    (tmp_path / "svc" / "part.j2").write_text(f"{OPEN}0{CLOSE}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        renderer.render("svc", "ios", {"x": "secret"})
    assert caught.value.describe("en").startswith(f"{tmp_path}/svc/part.j2:1: ")


def test_a_template_that_is_not_utf8(tmp_path: Path) -> None:
    renderer = template(tmp_path, "x")
    (tmp_path / "svc" / "ios.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="the template fails"):
        renderer.render("svc", "ios", {})


# ── the shipped templates ────────────────────────────────────────────────────────────────────────────────────────


def test_the_context_of_an_event() -> None:
    found = event_context(NEEDS, GW, TAG, sites().site("kampus"))
    assert (found["name"], found["comment"]) == ("netops-HD-2026-0117-abcdef", "netops:HD-2026-0117-abcdef")
    assert found["net"] == {
        "prefix": "10.90.0.0/23",
        "length": 23,
        "netmask": "255.255.254.0",
        "gateway": "10.90.0.1",
        "first": "10.90.0.2",
        "last": "10.90.1.254",
    }
    assert found["dns_name"] == "abcdef.acara.kampus.example"
    users = found["users"]
    assert isinstance(users, list)
    assert [user["name"] for user in users] == ["abcdef-001", "abcdef-002", "abcdef-003"]
    assert users[1]["password"].ref == SecretRef("voucher/HD-2026-0117-abcdef/002")
    assert users[1]["comment"] == "netops:HD-2026-0117-abcdef 002"
    assert all(TAG.owns_comment(user["comment"]) for user in users)


def test_the_shipped_gateway_template() -> None:
    context = event_context(NEEDS, GW, TAG, sites().site("kampus"), trunks=("ether2",))
    text, values = Renderer(ROOT / "templates").render("event-hotspot", "routeros", context)
    told = spliced(text, values)
    name = TAG.name
    assert f"add name={name} interface=bridge-lan vlan-id=210 comment={TAG.comment}\n" in told
    assert "vlan-ids=210 tagged=bridge-lan,ether2 comment=" in told
    assert "add address=10.90.0.1/23 interface=" in told
    assert "ranges=10.90.0.2-10.90.1.254\n" in told
    assert "lease-time=7200s" in told
    assert "rate-limit=2000000/5000000" in told
    assert "max-limit=20000000/50000000" in told
    assert told.count("add name=abcdef-00") == 3
    assert "password=<voucher/HD-2026-0117-abcdef/001> profile=" in told
    assert sum(isinstance(value, SecretRef) for value in values.values()) == 3


def test_the_shipped_switch_template() -> None:
    place = sites().place("aula")
    context = event_context(NEEDS, SW, TAG, sites().site("kampus"), place.ports["sw-aula"], trunks=(f"{GI}1",))
    told = spliced(*Renderer(ROOT / "templates").render("event-hotspot", "ios", context))
    assert "vlan 210\n name netops-HD-2026-0117-abcdef\n" in told
    assert "interface GigabitEthernet1/0/1\n switchport trunk allowed vlan add 210\n" in told
    assert told.count(" switchport access vlan 210\n") == 4


@pytest.mark.parametrize(("generation", "root"), [("wifi", "/interface wifi"), ("caps-man", "/caps-man")])
def test_the_network_that_access_points_announce(generation: str, root: str) -> None:
    rules = ("AP kampus 2 GHz", "AP kampus 5 GHz")
    air = Air(generation=generation, rules=rules)
    context = event_context(NEEDS, GW, TAG, sites().site("kampus"), trunks=("ether2",), air=air)
    told = spliced(*Renderer(ROOT / "templates").render("event-hotspot", "routeros", context))
    assert f"{root} datapath\nadd name={TAG.name} " in told and " vlan-id=210 " in told
    assert f"{root} configuration\nadd name={TAG.name} mode=ap ssid={NEEDS.ssid} datapath={TAG.name} comment=" in told
    for rule in rules:
        assert f"set [ find comment={rule} ] slave-configurations={TAG.name}\n" in told
    assert f"{root} security" not in told, "open: the hotspot asks for the code"
    closed = replace(air, passphrase=Sealed(SecretRef("wifi/kampus")))
    context = event_context(NEEDS, GW, TAG, sites().site("kampus"), trunks=("ether2",), air=closed)
    text, values = Renderer(ROOT / "templates").render("event-hotspot", "routeros", context)
    told = spliced(text, values)
    assert f"{root} security\nadd name={TAG.name} authentication-types=wpa2-psk " in told
    assert "passphrase=<wifi/kampus>" in told and f" security={TAG.name} " in told
    want = PLATFORM.parse(text, values)
    shown = PLATFORM.show(PLATFORM.diff(_before(root, rules), want, TAG))
    assert "passphrase=***" in shown and "wifi/kampus" not in shown
    assert PLATFORM.silent(want, want) == (NEEDS.ssid,), "nothing announces it yet"


def _before(root: str, rules: tuple[str, ...]) -> Rows:
    menu = root.replace(" ", "/") + "/provisioning"
    return Rows(
        rows=tuple(Row(menu=menu, values={"comment": rule, "action": "create-dynamic-enabled"}) for rule in rules)
    )


def test_the_shipped_access_point_template() -> None:
    context = event_context(NEEDS, AP, TAG, sites().site("kampus"), trunks=("ether1",))
    told = spliced(*Renderer(ROOT / "templates").render("event-hotspot-ap", "routeros", context))
    assert f"add bridge=bridge vlan-ids=210 tagged=ether1 comment={TAG.comment}\n" in told
    plain = event_context(NEEDS, replace(AP, data={}), TAG, sites().site("kampus"), trunks=("ether1",))
    assert "add " not in spliced(*Renderer(ROOT / "templates").render("event-hotspot-ap", "routeros", plain))


def test_a_gateway_without_its_data_is_told() -> None:
    bare = replace(GW, data={})
    context = event_context(NEEDS, bare, TAG, sites().site("kampus"))
    with pytest.raises(InputError) as caught:
        Renderer(ROOT / "templates").render("event-hotspot", "routeros", context)
    assert caught.value.describe("en").splitlines() == [
        f"{ROOT}/templates/event-hotspot/routeros.j2:3: lan_bridge: the variable 'lan_bridge' is undefined: "
        "'dict object' has no attribute 'lan_bridge'",
        "device.* comes from the device's data in inventory/hosts.yaml.",
    ]

"""A site's own service: its playbook, where it acts, the ports it holds, and templates that claim what nobody named."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from planning_sample import GW, INTI, LAMA, NOW, ROOT, SW, sites
from requests_sample import TEXT

from netops.core.errors import InputError, NoCapacity, NoTarget, OutOfBounds
from netops.core.model import DeviceFacts, FieldNeeds, Rows, Tag, Target, Tree, Used
from netops.core.ports import Platform
from netops.planning.capacity import Ground
from netops.planning.claims import render_checked
from netops.planning.own import OwnDesign
from netops.planning.plan import build, explain
from netops.planning.playbook import Playbook, load_playbook
from netops.planning.render import Renderer
from netops.planning.targets import Chosen, choose
from netops.platforms.ios import PLATFORM as IOS
from netops.platforms.routeros import PLATFORM as ROUTEROS
from netops.requests.fields import load_own
from netops.requests.load import read_document
from netops.requests.own import OwnRequest

SHIPPED = ROOT / "playbooks" / "port-vlan.yaml"
TAG = Tag("HD-2026-0117-abcdef")
PORT = "sw-aula GigabitEthernet1/0/25"


def book(old: str = "", new: str = "") -> Playbook:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    return load_playbook(read_document(text.replace(old, new, 1).encode(), name="port-vlan.yaml"))


def asked(port: str = PORT, vlan: int = 20, more: str = "", playbook: Playbook | None = None) -> OwnRequest:
    head = TEXT.partition("event:\n")[0].replace("service: event-hotspot", "service: port-vlan")
    own = f"period:\n  zone: WIB\n  starts_at: 2026-12-01 08:00\nfields:\n  port: {port}\n  vlan: {vlan}\n{more}"
    return load_own(read_document((head + own).encode(), name="p.yaml"), (playbook or book()).fields)


def chosen(request: OwnRequest, *targets: Target, playbook: Playbook | None = None) -> tuple[Chosen, ...]:
    there = targets or (GW, INTI, LAMA, SW)
    where = OwnDesign(request).where(sites(), lambda: there)
    return choose(playbook or book(), where, there)


# ── the playbook ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("type: port", "type: colour", "fields.port.type: must be one of 'line'"),
        ("service: port-vlan", "service: event-hotspot", "event-hotspot is a service of netops itself"),
        ("type: port\n", "type: line\n", "select: device of the role 'access' needs a field of type port or device"),
        ("select: device", "select: device\n    field: vlan", "needs a field of type port or device"),
        ("select: device", "select: site", "select: site of the role 'access' needs a field of type place"),
        ("  port:\n    type", "  Port-1:\n    type", "does not match the pattern"),
        ("lasting: true", "lasting: maybe", "must be true or false"),
    ],
)
def test_what_an_own_playbook_must_not_say_is_told(old: str, new: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        book(old, new)
    assert reason in caught.value.describe("en")
    assert caught.value.describe("id").startswith("port-vlan.yaml:")


def test_an_end_is_needed_where_the_playbook_does_not_allow_lasting_changes() -> None:
    document = read_document(b"period: {}\n", name="p.yaml")
    book().check(asked(), NOW, document)
    with pytest.raises(InputError, match=r"this service needs an end"):
        book("  lasting: true", "  lasting: false").check(asked(), NOW, document)


# ── where ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_named_device_plays_the_part_of_its_role() -> None:
    (one,) = chosen(asked())
    assert (one.target.name, one.part.role, one.ports) == ("sw-aula", "access", ("GigabitEthernet1/0/25",))
    (one,) = chosen(asked("gw-kampus ether4"))
    assert (one.target.name, one.part.role, one.ports) == ("gw-kampus", "gateway", ("ether4",))


def test_a_device_of_another_role_is_refused_by_name() -> None:
    with pytest.raises(NoTarget) as caught:
        chosen(asked(), GW, replace(SW, roles=("core",)))
    assert caught.value.describe("en").startswith("the service port-vlan has no part for sw-aula at site 'kampus'")


def test_a_device_that_appears_in_two_roles() -> None:
    with pytest.raises(InputError) as caught:
        chosen(asked(), replace(SW, roles=("access", "gateway")))
    assert "sw-aula plays two roles of the service port-vlan: access and gateway" in caught.value.describe("en")
    assert caught.value.exit_code == 2


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(InputError) as caught:
        chosen(asked("sw-lain Gi1/0/1"))
    assert caught.value.describe("id").splitlines() == [
        "fields.port: tidak ada perangkat 'sw-lain'",
        "Di inventory/hosts.yaml: gw-kampus, gw-lama, sw-aula, sw-inti",
    ]


@pytest.mark.parametrize("port", ["Gi1/0/1", "GigabitEthernet1/0/1"])
def test_a_trunk_is_nobodys_port(port: str) -> None:
    with pytest.raises(InputError, match="is a trunk, an uplink or a cable between devices"):
        chosen(asked(f"sw-aula {port}"))


TWO = "  vlan:\n    type: vlan\n"
SECOND = "  other:\n    type: port\n    required: false\n    label: {id: Lain, en: Other}\n"


def test_devices_of_two_sites_are_two_requests() -> None:
    playbook = book(TWO, SECOND + TWO)
    with pytest.raises(InputError, match="gw-lama is at site kampus-lama, not kampus"):
        chosen(asked(more="  other: gw-lama ether4\n", playbook=playbook), playbook=playbook)


def test_a_part_may_mean_one_field_only() -> None:
    playbook = book(TWO, SECOND + TWO)
    only = load_playbook(
        read_document(
            SHIPPED.read_text("utf-8").replace(TWO, SECOND + TWO).replace("select: device", "select: device\n    field: port").encode()
        )
    )  # fmt: skip
    request = asked(more="  other: sw-aula Gi1/0/26\n", playbook=playbook)
    assert chosen(request, playbook=playbook)[0].ports == ("GigabitEthernet1/0/25", "Gi1/0/26")
    assert chosen(request, playbook=only)[0].ports == ("GigabitEthernet1/0/25",)


# ── needs and reservations ───────────────────────────────────────────────────────────────────────────────────────


def ground(request: OwnRequest, taken: Mapping[str, Collection[object]] | None = None) -> Ground:
    def used() -> Used:
        raise AssertionError("the fields say it all: no device is asked")

    return Ground(
        change="mine", site=sites().site("kampus"), period=book().window(request.starts_at, request.ends_at),
        taken=taken or {}, used=used,  # type: ignore[arg-type]  # reservations, as the test made them
    )  # fmt: skip


def test_needs_are_the_fields_and_nothing_else() -> None:
    request = asked()
    design, site = OwnDesign(request), sites().site("kampus")
    needs = design.propose(ground(request))
    assert needs == FieldNeeds(
        site="kampus", fields={"port": {"device": "sw-aula", "port": "GigabitEthernet1/0/25"}, "vlan": 20}
    )
    with pytest.raises(OutOfBounds):
        design.within_bounds(replace(needs, fields={**needs.fields, "vlan": 10}), site)
    made = build(request, book(), site, needs, [], NOW)
    assert [one.resource for one in made.reservations] == ["port:sw-aula/gi1/0/25"]
    assert made.expires_at == NOW + timedelta(days=7)
    assert "  port: sw-aula GigabitEthernet1/0/25\n  vlan: 20\n" in explain(made, site, "en")


def test_a_port_is_held_by_one_change_however_it_is_abbreviated() -> None:
    first, second = asked(), asked("sw-aula Gi1/0/25", vlan=30)
    window = book().window(first.starts_at, first.ends_at)
    held = OwnDesign(first).reservations(FieldNeeds(site="kampus", fields={}), sites().site("kampus"), window)
    with pytest.raises(NoCapacity, match="sw-aula/gi1/0/25 is reserved by HD-1"):
        OwnDesign(second).propose(ground(second, {"HD-1": held}))
    OwnDesign(second).propose(ground(second, {"mine": held}))
    OwnDesign(asked("sw-aula Gi1/0/26")).propose(ground(second, {"HD-1": held}))


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────────────


def rendered(folder: Path, platform: Platform, text: str | None, request: OwnRequest | None = None) -> Rows | Tree:
    found = request or asked()
    one = chosen(found)[0]
    if text is not None:
        (folder / "port-vlan").mkdir()
        (folder / "port-vlan" / f"{platform.name}.j2").write_text(text, encoding="utf-8")

    def facts() -> DeviceFacts:
        raise AssertionError("no device is asked")

    design = OwnDesign(found)
    context = design.context(design.propose(ground(found)), one, TAG, sites().site("kampus"), facts)
    renderer = Renderer(ROOT / "templates" if text is None else folder)
    text_, values = render_checked(renderer, "port-vlan", platform, context, TAG, design.named(one) or ())
    return platform.parse(text_, values)


def test_the_shipped_templates(tmp_path: Path) -> None:
    assert rendered(tmp_path, IOS, None) == Tree(
        lines=("interface GigabitEthernet1/0/25", " switchport mode access", " switchport access vlan 20")
    )
    rows = rendered(tmp_path, ROUTEROS, None, asked("gw-kampus ether4", 30))
    assert isinstance(rows, Rows)
    assert [(row.menu, dict(row.values)) for row in rows.rows] == [
        ("/interface/bridge/port", {"?interface": "ether4", "pvid": "30"})
    ]


OUR_VLAN = "vlan {{ fields.vlan }}\n name {{ name }}\n"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("! head\nntp server 10.0.0.1\n", 2, "ntp server 10.0.0.1"),
        ("vlan {{ fields.vlan }}\n name TAMU\n", 1, "vlan 20"),
        ("interface {{ fields.port.port }}\n shutdown\n\ninterface Gi1/0/7\n shutdown\n", 5,
         "interface GigabitEthernet1/0/7: shutdown"),
        ("{% for port in ['Gi1/0/25', 'Gi1/0/9'] %}\n! a port\ninterface {{ port }}\n\n switchport access vlan 20\n{% endfor %}\n",
         5, "interface GigabitEthernet1/0/9: switchport access vlan 20"),
        ("{% for port in device.trunks %}\ninterface {{ port }}\n switchport trunk allowed vlan add 20\n{% endfor %}\n", 3,
         "interface GigabitEthernet1/0/1: switchport trunk allowed vlan add 20"),
        (OUR_VLAN + "interface Gi1/0/1\n switchport trunk allowed vlan add 10\n", 4,
         "interface GigabitEthernet1/0/1: switchport trunk allowed vlan add 10"),
        ("{% if fields.vlan == 20 %}\nspanning-tree mode mst\n{% endif %}\n", 2, "spanning-tree mode mst"),
    ],
)  # fmt: skip
def test_a_template_that_makes_foreign_lines_is_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    with pytest.raises(InputError) as caught:
        rendered(tmp_path, IOS, text)
    told = caught.value.describe("en")
    assert told.startswith(f"{tmp_path}/port-vlan/ios.j2:{line}: the template makes or changes what is not of this")
    assert f"request: {what}\n" in told
    assert caught.value.exit_code == 2


def test_ours_and_what_is_named_pass(tmp_path: Path) -> None:
    ours = OUR_VLAN + (
        "{% for port in device.trunks %}\ninterface {{ port }}\n switchport trunk allowed vlan add {{ fields.vlan }}\n"
        "{% endfor %}\ninterface {{ fields.port.port }}\n switchport access vlan {{ fields.vlan }}\n"
    )
    assert isinstance(rendered(tmp_path, IOS, ours), Tree)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("/ip firewall filter\nadd chain=forward action=accept comment=tamu\n", 2, "/ip/firewall/filter"),
        ("/interface vlan\nadd name=tamu interface=bridge-lan vlan-id=30\n", 2, "/interface/vlan name=tamu"),
        ("/interface bridge port\nset [ find interface=ether3 ] pvid=30\n", 2, "/interface/bridge/port interface=ether3"),
        ("# dns\n/ip dns\nset servers=10.0.0.1\n", 3, "/ip/dns"),
        ("/interface vlan\nadd name={{ name }} interface=bridge-lan vlan-id=30 comment={{ comment }}\n"
         "add name=x interface=bridge-lan vlan-id=31 comment=\"netops:HD-1\"\n", 3, "/interface/vlan name=x"),
    ],
)  # fmt: skip
def test_a_template_that_makes_foreign_rows_is_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    with pytest.raises(InputError) as caught:
        rendered(tmp_path, ROUTEROS, text, asked("gw-kampus ether4"))
    told = caught.value.describe("id")
    assert told.startswith(f"{tmp_path}/port-vlan/routeros.j2:{line}: templat membuat atau mengubah yang bukan milik")
    assert what in told


def test_what_the_device_language_does_not_have_is_told_with_the_templates_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        rendered(tmp_path, ROUTEROS, "{% if 1 %}\n/interface bridge port\n\nset [ find interface=ether4 ] colour=3\n{% endif %}\n", asked("gw-kampus ether4"))  # fmt: skip
    assert caught.value.describe("en").startswith(f"{tmp_path}/port-vlan/routeros.j2:4: /interface/bridge/port colour")
    assert "unknown property" in caught.value.describe("en")

"""Differences of a switch: what is ours, what is somebody else's, and the way back after people worked on it."""

import pytest

from netops.core.canonical import digest_of, dump, load
from netops.core.errors import Refused
from netops.core.model import GuardKind, LineOp, Op, Restoration, RowOp, Rows, Tag, Tree, Verb
from netops.core.ports import Platform
from netops.platforms.ios import PLATFORM
from netops.platforms.ios.lines import apply_lines, collapse, expand, sections, tree

OWNER = Tag("HD-7-abcdef")
OTHER = Tag("HD-8-123456")
RUNNING = """\
vlan 10
 name MGMT
vlan 20
 name KANTOR
interface GigabitEthernet1/0/1
 description uplink
 switchport trunk allowed vlan 10,20
 switchport mode trunk
interface GigabitEthernet1/0/5
 description Aula
 switchport access vlan 20
 switchport mode access
interface GigabitEthernet1/0/6
 switchport mode access
interface Vlan10
 ip address 10.10.0.2 255.255.255.0
"""
TEMPLATE = f"""\
vlan 210
 name {OWNER.name}
interface Gi1/0/1
 switchport trunk allowed vlan add 210
interface Gi1/0/5
 switchport mode access
 switchport access vlan 210
 spanning-tree portfast
interface Gi1/0/6
 switchport mode access
 switchport access vlan 210
"""


def cfg(text: str) -> Tree:
    return Tree(lines=tuple(text.splitlines()))


SEEN = cfg(RUNNING)
WANT = PLATFORM.parse(TEMPLATE, {})


def line_ops(ops: tuple[Op, ...]) -> tuple[LineOp, ...]:
    return tuple(op for op in ops if isinstance(op, LineOp))


def after(seen: Tree, ops: tuple[Op, ...]) -> Tree:
    return apply_lines(seen, line_ops(ops))


def edit(state: Tree, old: str, new: str) -> Tree:
    text = "\n".join(state.lines)
    assert old in text
    return cfg(text.replace(old, new))


OPS = PLATFORM.diff(SEEN, WANT, OWNER)
DONE = after(SEEN, OPS)


def test_it_is_a_platform() -> None:
    platform: Platform = PLATFORM
    assert platform.name == "ios"


def test_the_difference_in_the_devices_own_words() -> None:
    assert PLATFORM.show(OPS) == (
        "+vlan 210\n"
        "+ name netops-HD-7-abcdef\n"
        " interface GigabitEthernet1/0/1\n"
        "+ switchport trunk allowed vlan add 210\n"
        " interface GigabitEthernet1/0/5\n"
        "- switchport access vlan 20\n"
        "+ switchport access vlan 210\n"
        "+ spanning-tree portfast\n"
        " interface GigabitEthernet1/0/6\n"
        "+ switchport access vlan 210"
    )


def test_batches_make_before_break_and_break_in_reverse() -> None:
    levels = [[op.path or op.lines[0] for op in line_ops(batch.ops)] for batch in PLATFORM.batches(OPS)]
    assert levels == [
        ["vlan 210"],
        ["interface GigabitEthernet1/0/1"],
        ["interface GigabitEthernet1/0/5", "interface GigabitEthernet1/0/6"],
    ]
    back = [
        [op.path or op.lines[0] for op in line_ops(batch.ops)] for batch in PLATFORM.batches(PLATFORM.invert(SEEN, OPS))
    ]
    assert back == [
        ["interface GigabitEthernet1/0/6", "interface GigabitEthernet1/0/5"],
        ["interface GigabitEthernet1/0/1"],
        ["no vlan 210"],
    ]
    assert [batch.number for batch in PLATFORM.batches(OPS)] == [0, 1, 2]


def test_applied_once_nothing_differs_and_the_inverse_is_exact() -> None:
    assert PLATFORM.diff(DONE, WANT, OWNER) == ()
    assert sections(after(DONE, PLATFORM.invert(SEEN, OPS))) == sections(SEEN)


def test_ops_survive_the_journal() -> None:
    assert tuple(load(LineOp, dump(op)) for op in OPS) == OPS


def test_a_port_without_a_vlan_line_gets_none_back() -> None:
    (port,) = [op for op in line_ops(PLATFORM.invert(SEEN, OPS)) if op.path.endswith("1/0/6")]
    assert port.lines == ("no switchport access vlan",)


def test_an_adopted_line_is_not_ours_and_a_made_one_is() -> None:
    assert {(op.path or op.lines[0]): op.owned for op in line_ops(OPS)} == {
        "vlan 210": True,
        "interface GigabitEthernet1/0/1": True,
        "interface GigabitEthernet1/0/5": False,
        "interface GigabitEthernet1/0/6": False,
    }


# ── shared lists ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("listed", "sent"),
    [
        (" switchport trunk allowed vlan 10,20", True),
        (" switchport trunk allowed vlan none", True),
        (" switchport trunk allowed vlan 200-220", False),
        (" switchport trunk allowed vlan 10,20\n switchport trunk allowed vlan add 100-120,205-215", False),
        (" switchport trunk allowed vlan 10,20\n switchport trunk allowed vlan add 100-120,211-215", True),
        (" switchport trunk allowed vlan all", False),
        (" description every VLAN", False),
    ],
)
def test_an_element_is_added_only_where_it_is_missing(listed: str, sent: bool) -> None:
    seen = edit(SEEN, " switchport trunk allowed vlan 10,20", listed)
    ops = line_ops(PLATFORM.diff(seen, WANT, OWNER))
    assert (("switchport trunk allowed vlan add 210",) in [op.lines for op in ops]) is sent
    assert PLATFORM.diff(after(seen, ops), WANT, OWNER) == ()
    assert sections(after(after(seen, ops), PLATFORM.invert(seen, ops))) == sections(seen)


def test_vlan_ranges_as_the_device_writes_them() -> None:
    assert collapse({10, 11, 20, 21, 22, 4094}) == "10,11,20-22,4094"
    assert collapse(()) == "none"
    assert expand("10,11,20-22") == {10, 11, 20, 21, 22}
    for broken in ("", "x", "5-1", "0", "4095", "1-", "1,,2"):
        with pytest.raises(ValueError):  # the text is int()'s own
            expand(broken)


# ── other people's ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("vlan 20\n", "vlan 210\n name TAMU\nvlan 20\n", "TAMU"),
        ("vlan 20\n", "vlan 210\nvlan 20\n", "without a name"),
        ("vlan 20\n", f"vlan 210\n name {OTHER.name}\nvlan 20\n", OTHER.name),
        ("vlan 20\n", f"vlan 210\n name {OWNER.name}x\nvlan 20\n", f"{OWNER.name}x"),
        ("vlan 20\n name KANTOR", f"vlan 20\n name {OTHER.name}", "another event"),
        (" switchport access vlan 20\n switchport mode access", " switchport mode trunk", "not an access port"),
        (" switchport access vlan 20\n", " no switchport\n", "not an access port"),
        (" description Aula\n", " channel-group 3 mode active\n", "channel-group 3"),
        ("interface GigabitEthernet1/0/6\n switchport mode access\n", "", "GigabitEthernet1/0/6 is not on the device"),
        (" switchport mode trunk", " switchport mode access", "is not a trunk"),
        (
            "interface Vlan10\n",
            "interface GigabitEthernet1/0/9\n switchport access vlan 210\ninterface Vlan10\n",
            "to life",
        ),
    ],
)
def test_what_is_not_ours_is_refused_and_named(old: str, new: str, word: str) -> None:
    with pytest.raises(Refused) as caught:
        PLATFORM.diff(edit(SEEN, old, new), WANT, OWNER)
    assert word in caught.value.describe("en")


def test_a_vlan_without_our_name_is_never_made() -> None:
    with pytest.raises(Refused, match="would not be known as ours"):
        PLATFORM.diff(SEEN, PLATFORM.parse("vlan 211\n name TAMU\n", {}), OWNER)


def test_a_foreign_vlan_that_already_is_as_wanted_is_no_difference() -> None:
    assert PLATFORM.diff(SEEN, PLATFORM.parse("vlan 10\n name MGMT\n", {}), OWNER) == ()


def test_our_vlan_under_another_number_goes_last() -> None:
    moved = PLATFORM.parse(TEMPLATE.replace("210", "211"), {})
    ops = line_ops(PLATFORM.diff(DONE, moved, OWNER))
    assert [op.lines[0] for op in ops][-2:] == ["switchport trunk allowed vlan remove 210", "no vlan 210"]
    there = after(DONE, ops)
    assert PLATFORM.diff(there, moved, OWNER) == ()
    assert PLATFORM.owned(there, OWNER)[0] == f"vlan 211 ({OWNER.name})"
    assert sections(after(there, PLATFORM.invert(DONE, ops))) == sections(DONE)
    # both steps are taken back to the first base, and nothing is left to do after that
    end = PLATFORM.restore(there, (*OPS, *ops), OWNER)
    assert end.conflicts == ()
    gone = after(there, end.ops)
    assert sections(gone) == sections(SEEN)
    assert PLATFORM.restore(gone, (*OPS, *ops), OWNER) == Restoration(ops=(), conflicts=())


def test_a_port_that_would_be_stranded_is_refused() -> None:
    moved = PLATFORM.parse(f"vlan 211\n name {OWNER.name}\n", {})
    with pytest.raises(Refused, match="GigabitEthernet1/0/5"):
        PLATFORM.diff(DONE, moved, OWNER)


# ── the way back ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_restored_to_the_base_then_nothing_is_left() -> None:
    back = PLATFORM.restore(DONE, OPS, OWNER)
    assert back.conflicts == ()
    base = after(DONE, back.ops)
    assert sections(base) == sections(SEEN)
    assert PLATFORM.restore(base, OPS, OWNER) == Restoration(ops=(), conflicts=())
    assert PLATFORM.owned(base, OWNER) == ()


def test_every_half_of_an_apply_is_restored() -> None:
    for count in range(len(OPS) + 1):
        half = after(SEEN, OPS[:count])
        back = PLATFORM.restore(half, OPS, OWNER)
        assert back.conflicts == ()
        assert sections(after(half, back.ops)) == sections(SEEN)


def test_a_section_cut_off_before_its_name_goes_and_a_nameless_one_of_later_stays() -> None:
    bare = cfg(RUNNING.replace("interface GigabitEthernet1/0/1", "vlan 210\ninterface GigabitEthernet1/0/1", 1))
    first = [op for op in line_ops(OPS) if not op.path]
    back = PLATFORM.restore(bare, first, OWNER)
    assert back.conflicts == ()
    assert sections(after(bare, back.ops)) == sections(SEEN)
    # Once its ports were sent it had its name: without one, somebody else has been there.
    assert PLATFORM.restore(bare, OPS, OWNER).conflicts == ("vlan 210: no name",)


@pytest.mark.parametrize(
    ("old", "new", "conflict", "stays"),
    [
        (
            " description Aula\n switchport access vlan 210",
            " description Aula\n switchport access vlan 30",
            "interface GigabitEthernet1/0/5: switchport access vlan 30",
            "switchport access vlan 30",
        ),
        (f" name {OWNER.name}", " name TAMU", "vlan 210: name TAMU", "vlan 210"),
        (
            "interface Vlan10",
            "interface GigabitEthernet1/0/9\n switchport access vlan 210\ninterface Vlan10",
            "interface GigabitEthernet1/0/9: switchport access vlan 210",
            "switchport access vlan 210",
        ),
    ],
)
def test_what_a_person_changed_stays_and_is_told(old: str, new: str, conflict: str, stays: str) -> None:
    drifted = edit(DONE, old, new)
    back = PLATFORM.restore(drifted, OPS, OWNER)
    assert back.conflicts == (conflict,)
    end = after(drifted, back.ops)
    assert any(stays in line for line in end.lines)
    assert not any("portfast" in line for line in end.lines), "the rest went back all the same"
    assert PLATFORM.restore(end, OPS, OWNER).ops == ()


def test_a_trunk_that_named_the_number_before_us_keeps_it() -> None:
    seen = edit(SEEN, " switchport trunk allowed vlan 10,20", " switchport trunk allowed vlan 10,20,200-220")
    ops = PLATFORM.diff(seen, WANT, OWNER)
    back = PLATFORM.restore(after(seen, ops), ops, OWNER)
    assert back.conflicts == ()
    assert sections(after(after(seen, ops), back.ops)) == sections(seen)


def test_a_port_that_is_gone_is_told() -> None:
    gone = edit(DONE, "interface GigabitEthernet1/0/6\n switchport mode access\n switchport access vlan 210\n", "")
    back = PLATFORM.restore(gone, OPS, OWNER)
    assert [note.partition(":")[0] for note in back.conflicts] == ["interface GigabitEthernet1/0/6"]


def test_a_list_that_became_all_vlans_needs_nothing() -> None:
    everything = edit(DONE, " switchport trunk allowed vlan 10,20,210\n", "")
    assert PLATFORM.restore(everything, OPS, OWNER).conflicts == ()


def test_a_line_added_by_hand_inside_our_section_goes_with_it() -> None:
    noted = edit(DONE, f" name {OWNER.name}", f" name {OWNER.name}\n remote-span")
    assert PLATFORM.owned(after(noted, PLATFORM.restore(noted, OPS, OWNER).ops), OWNER) == ()


def test_closing_is_the_gateways_part() -> None:
    assert PLATFORM.close(DONE, OWNER) == ()


# ── what is ours, what matters, what is used ─────────────────────────────────────────────────────────────────────


def test_owned_names_vlan_ports_and_elements() -> None:
    assert PLATFORM.owned(DONE, OWNER) == (
        f"vlan 210 ({OWNER.name})",
        "interface GigabitEthernet1/0/1: switchport trunk allowed vlan 210",
        "interface GigabitEthernet1/0/5: switchport access vlan 210",
        "interface GigabitEthernet1/0/6: switchport access vlan 210",
    )
    assert PLATFORM.owned(DONE, OTHER) == ()
    assert PLATFORM.owned(SEEN, OWNER) == ()


@pytest.mark.parametrize(
    ("old", "new", "drift"),
    [
        (" description Aula", " description Aula lama", False),
        (" switchport trunk allowed vlan 10,20", " switchport trunk allowed vlan 10,20,30", False),
        ("interface Vlan10", "interface GigabitEthernet1/0/9\n shutdown\ninterface Vlan10", False),
        ("vlan 10\n name MGMT", "vlan 10\n name MANAGEMENT", False),
        (" switchport access vlan 20", " switchport access vlan 30", True),
        (" switchport trunk allowed vlan 10,20\n", "", True),
        (" switchport trunk allowed vlan 10,20", " switchport trunk allowed vlan 10,20,210", True),
        ("vlan 20\n", "vlan 210\n name TAMU\nvlan 20\n", True),
        (
            " switchport mode access\ninterface Vlan10",
            " switchport mode access\n channel-group 1 mode on\ninterface Vlan10",
            True,
        ),
        ("interface GigabitEthernet1/0/6\n switchport mode access\n", "", True),
    ],
)
def test_only_what_is_touched_or_depended_on_is_drift(old: str, new: str, drift: bool) -> None:
    def base(seen: Tree) -> str:
        return digest_of(PLATFORM.touched(seen, WANT, OWNER))

    assert (base(edit(SEEN, old, new)) != base(SEEN)) is drift


def test_the_order_of_lines_is_no_drift() -> None:
    swapped = edit(
        SEEN,
        " switchport access vlan 20\n switchport mode access",
        " switchport mode access\n switchport access vlan 20",
    )
    assert PLATFORM.touched(swapped, WANT, OWNER) == PLATFORM.touched(SEEN, WANT, OWNER)


def test_scope_reads_all_vlans_and_interfaces_and_the_global_lines_named() -> None:
    assert PLATFORM.scope(WANT).paths == ("vlan *", "interface *")
    assert PLATFORM.scope(PLATFORM.parse("hostname sw-1\n", {})).paths == ("vlan *", "interface *", "hostname")


def test_used_vlans_and_subnets() -> None:
    used = PLATFORM.used(DONE)
    assert {10, 20, 210, 1, 1002} <= used.vlans
    assert used.subnets == ("10.10.0.0/24",)
    assert PLATFORM.used_scope() == PLATFORM.scope(WANT)


def test_monitoring_must_see_the_trunks_up_but_no_port_that_waits_for_its_cable() -> None:
    assert PLATFORM.interfaces(WANT) == ("GigabitEthernet1/0/1",)


def test_guards_need_the_archive() -> None:
    assert PLATFORM.guards(("archive",), OPS) == (GuardKind.DEVICE_TIMER, GuardKind.NONE)
    assert PLATFORM.guards((), OPS) == (GuardKind.NONE,)


# ── other lines ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_global_lines_and_negations() -> None:
    seen = cfg("hostname sw-lama\nip routing\n" + RUNNING.replace(" description Aula", " description Aula\n shutdown"))
    want = PLATFORM.parse("hostname sw-baru\nip domain-lookup\ninterface Gi1/0/5\n no shutdown\n no description\n", {})
    ops = line_ops(PLATFORM.diff(seen, want, OWNER))
    done = after(seen, ops)
    assert PLATFORM.diff(done, want, OWNER) == ()
    parts = sections(done)
    assert "hostname sw-baru" in parts and "hostname sw-lama" not in parts and "ip domain-lookup" in parts
    assert parts["interface GigabitEthernet1/0/5"] == ("switchport access vlan 20", "switchport mode access")
    assert {name: set(lines) for name, lines in sections(after(done, PLATFORM.invert(seen, ops))).items()} == {
        name: set(lines) for name, lines in sections(seen).items()
    }
    back = PLATFORM.restore(done, ops, OWNER)
    assert back.conflicts == ()
    assert PLATFORM.restore(after(done, back.ops), ops, OWNER) == Restoration(ops=(), conflicts=())
    assert "hostname sw-lama" in sections(after(done, back.ops))


def test_a_global_line_that_a_person_changed_stays() -> None:
    want = PLATFORM.parse("hostname sw-baru\n", {})
    ops = PLATFORM.diff(cfg("hostname sw-lama"), want, OWNER)
    assert PLATFORM.restore(cfg("hostname sw-lain"), ops, OWNER) == Restoration(ops=(), conflicts=("hostname sw-lain",))


def test_values_that_are_not_shown_and_other_spellings_are_no_difference() -> None:
    want = PLATFORM.parse("interface Gi1/0/6\n switchport access vlan 1\n spanning-tree portfast\n", {})
    newer = edit(
        SEEN, "interface GigabitEthernet1/0/6\n", "interface GigabitEthernet1/0/6\n spanning-tree portfast edge\n"
    )
    assert PLATFORM.diff(newer, want, OWNER) == ()


def test_a_layer_three_vlan_interface_is_made_and_taken_away() -> None:
    want = PLATFORM.parse("interface Vlan210\n ip address 10.90.0.1 255.255.255.0\n", {})
    ops = line_ops(PLATFORM.diff(SEEN, want, OWNER))
    assert ops == (
        LineOp(path="", lines=("interface Vlan210", " ip address 10.90.0.1 255.255.255.0"), old=(), owned=True),
    )
    assert sections(after(after(SEEN, ops), PLATFORM.invert(SEEN, ops))) == sections(SEEN)


def test_banners_and_nested_lines_are_not_sections() -> None:
    seen = cfg(
        "banner motd ^C\ninterface Evil1\n^C\nbanner login # one line #\npolicy-map X\n class Y\n  police 1\nvlan 30\n"
    )
    assert sections(seen) == {"policy-map X | class Y": ("police 1",), "vlan 30": ()}
    assert tree(sections(seen)).lines == ("policy-map X", " class Y", "  police 1", "vlan 30")


def test_a_state_or_op_of_another_platform_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        PLATFORM.diff(Rows(rows=()), WANT, OWNER)
    with pytest.raises(TypeError):
        PLATFORM.show((RowOp(verb=Verb.ADD, path="/ip/pool", key={}),))

"""Properties over random switches: once applied nothing differs, the way back is exact from every half-way place."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.model import LineOp, Op, Restoration, Tag, Tree
from netops.platforms.ios import PLATFORM
from netops.platforms.ios.lines import apply_lines, collapse, expand, sections, trunk_list

OWNER = Tag("HD-7-abcdef")
OTHER = Tag("HD-8-123456")
PORTS = tuple(f"GigabitEthernet1/0/{number}" for number in range(1, 9))
LISTS = st.none() | st.frozensets(st.sampled_from([10, 20, 21, 22, 30, 209, 210, 211, 400]), max_size=8)
EXTRA = st.lists(
    st.sampled_from(
        [
            "description Aula",
            "spanning-tree portfast",
            "spanning-tree bpduguard enable",
            "shutdown",
            "mls qos trust cos",
        ]
    ),
    unique=True,
    max_size=3,
)


@st.composite
def trunks(draw: st.DrawFn) -> list[str]:
    listed = draw(LISTS)
    lines = ["switchport mode trunk", *draw(EXTRA)]
    if listed is not None:
        whole = sorted(listed)
        cut = draw(st.integers(0, len(whole)))
        lines.insert(0, f"switchport trunk allowed vlan {collapse(whole[:cut])}")
        if whole[cut:]:
            lines.insert(1, f"switchport trunk allowed vlan add {collapse(whole[cut:])}")
    return lines


@st.composite
def accesses(draw: st.DrawFn) -> list[str]:
    lines = draw(EXTRA)
    mode = draw(st.sampled_from(["switchport mode access", "switchport mode dynamic auto", ""]))
    vlan = draw(st.sampled_from(["switchport access vlan 20", "switchport access vlan 30", ""]))
    return draw(st.permutations([line for line in (*lines, mode, vlan) if line]))


@st.composite
def switches(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """(a running configuration, a wanted tree for some of its ports)"""
    lines = ["vlan 20", " name KANTOR", *draw(st.sampled_from([[], ["vlan 30"], ["vlan 30", " name TAMU"]]))]
    want = ["vlan 210", f" name {OWNER.name}"]
    for port in PORTS[:3]:
        lines += [f"interface {port}", *(f" {line}" for line in draw(trunks()))]
        if draw(st.booleans()):
            want += [f"interface {port}", " switchport trunk allowed vlan add 210"]
    for port in PORTS[3:]:
        lines += [f"interface {port}", *(f" {line}" for line in draw(accesses()))]
        if draw(st.booleans()):
            extra = draw(st.sampled_from([[], [" spanning-tree portfast"], [" no shutdown"], [" description Acara"]]))
            want += [f"interface {port}", " switchport mode access", " switchport access vlan 210", *extra]
    return Tree(lines=tuple(lines)), PLATFORM.parse("\n".join(want), {})


def plain(state: Tree) -> dict[str, Counter[str]]:
    """All of a configuration; the order of lines inside a section is the device's own affair."""
    return {name: Counter(lines) for name, lines in sections(state).items()}


def after(seen: Tree, ops: tuple[Op, ...]) -> Tree:
    return apply_lines(seen, [op for op in ops if isinstance(op, LineOp)])


@settings(max_examples=120)
@given(switches())
def test_applied_once_nothing_differs(pair: tuple[Tree, Tree]) -> None:
    seen, want = pair
    ops = PLATFORM.diff(seen, want, OWNER)
    done = after(seen, ops)
    assert PLATFORM.diff(done, want, OWNER) == ()
    batched = tuple(op for batch in PLATFORM.batches(ops) for op in batch.ops)
    assert batched == ops


@settings(max_examples=120)
@given(switches())
def test_the_inverse_is_exact(pair: tuple[Tree, Tree]) -> None:
    seen, want = pair
    ops = PLATFORM.diff(seen, want, OWNER)
    inverse = PLATFORM.invert(seen, ops)
    assert plain(after(after(seen, ops), inverse)) == plain(seen)
    # and taking the inverse back is the change again
    again = PLATFORM.invert(after(seen, ops), inverse)
    assert plain(after(after(after(seen, ops), inverse), again)) == plain(after(seen, ops))


@settings(max_examples=120)
@given(switches(), st.data())
def test_restored_from_every_half_way_place(pair: tuple[Tree, Tree], data: st.DataObject) -> None:
    seen, want = pair
    ops = PLATFORM.diff(seen, want, OWNER)
    half = after(seen, ops[: data.draw(st.integers(0, len(ops)))])
    back = PLATFORM.restore(half, ops, OWNER)
    assert back.conflicts == ()
    base = after(half, back.ops)
    assert plain(base) == plain(seen)
    assert PLATFORM.restore(base, ops, OWNER) == Restoration(ops=(), conflicts=())
    # On a trunk that names our VLAN's number since before us, nothing was ours.
    assert PLATFORM.owned(base, OWNER) == ()


@settings(max_examples=60)
@given(switches())
def test_other_peoples_lines_stay_as_they_are(pair: tuple[Tree, Tree]) -> None:
    seen, want = pair
    ours = set(sections(want))
    done = plain(after(seen, PLATFORM.diff(seen, want, OWNER)))
    assert {name: lines for name, lines in done.items() if name not in ours} == {
        name: lines for name, lines in plain(seen).items() if name not in ours
    }
    for name, lines in sections(seen).items():
        before, now = trunk_list(lines), trunk_list(done[name].elements())
        assert (before or set()) <= (now or set())
        assert (before is None) == (now is None)
        assert before is None or now is None or now - before <= {210}


@given(st.frozensets(st.integers(1, 4094), max_size=60))
def test_vlan_lists_come_back(vlans: frozenset[int]) -> None:
    assert expand(collapse(vlans)) == vlans


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_leaves_its_line(first: str, second: str) -> None:
    """Whatever a value holds: one template line is one configuration line, or an error."""
    from netops.core.errors import InputError

    a, b = "\ue0000\ue001", "\ue0001\ue001"
    try:
        lines = PLATFORM.parse(
            f"interface Gi1/0/5\n description {a}\n shutdown\nhostname {b}\n", {a: first, b: second}
        ).lines
    except InputError:
        return
    assert len(lines) == 4
    assert lines[0] == "interface GigabitEthernet1/0/5"
    assert lines[1] == f" description {first}".rstrip() or lines[1].startswith(" description ")
    assert lines[2] == " shutdown"
    assert lines[3].startswith("hostname ")
    assert all(line.isprintable() and line.isascii() and "?" not in line for line in lines)

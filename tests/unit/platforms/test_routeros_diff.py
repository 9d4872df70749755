"""From seen to wanted: idempotent, never over a foreign row, and every way back leads to where it began."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.canonical import digest_of, dump, load
from netops.core.errors import InputError, Refused
from netops.core.model import GuardKind, Op, Row, RowOp, Rows, Tag, Value, Verb
from netops.core.ports import Platform
from netops.core.secret import SecretRef
from netops.platforms.routeros import PLATFORM, closing, diff, operations, reach
from netops.platforms.routeros.parse import parse
from netops.platforms.routeros.table import apply_ops, canonical_rows

TAG = Tag("HD-7-abc123")
MINE = TAG.name


def row(menu: str, **values: str) -> Row:
    return Row(menu=menu, values={name.replace("_", "-"): value for name, value in values.items()})


def rows(*found: Row) -> Rows:
    return Rows(rows=found)


def test_it_is_a_platform() -> None:
    platform: Platform = PLATFORM
    assert platform.name == "routeros"


# ── idempotent ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_that_is_there_in_other_words_needs_nothing() -> None:
    seen = rows(
        row(
            "/queue/simple",
            name=MINE,
            target="10.90.0.0/24",
            max_limit="7000000/7000000",
            comment=TAG.comment,
            disabled="false",
            bytes="1/2",
        )
    )
    want = parse(f"/queue simple add name={MINE} target=10.90.0.0/24 max-limit=7M comment={TAG.comment}\n", {})
    assert diff.diff(seen, want, TAG) == ()


def test_only_differing_properties_are_set_with_their_old_values() -> None:
    seen = rows(
        row("/queue/simple", name=MINE, target="10.90.0.0/24", max_limit="5000000/5000000", comment=TAG.comment)
    )
    want = parse(f"/queue simple add name={MINE} target=10.90.0.0/24 max-limit=7M comment={TAG.comment}\n", {})
    [op] = diff.diff(seen, want, TAG)
    assert (op.verb, op.new, op.old) == (Verb.SET, {"max-limit": "7M"}, {"max-limit": "5000000/5000000"})


def test_a_row_of_ours_that_somebody_disabled_is_enabled_again() -> None:
    seen = rows(row("/queue/simple", name=MINE, target="10.90.0.0/24", comment=TAG.comment, disabled="true"))
    want = parse(f"/queue simple add name={MINE} target=10.90.0.0/24 comment={TAG.comment}\n", {})
    [op] = diff.diff(seen, want, TAG)
    assert op.new == {"disabled": "no"}


def test_secrets_are_not_compared_with_what_a_device_does_not_tell() -> None:
    seen = rows(row("/ip/hotspot/user", name="ev1", server=MINE, comment=TAG.comment))
    want = parse(
        f"/ip hotspot user add name=ev1 server={MINE} password=\ue0000\ue001 comment={TAG.comment}\n",
        {"\ue0000\ue001": SecretRef("voucher/x/1")},
    )
    assert diff.diff(seen, want, TAG) == ()


def test_what_is_no_longer_wanted_goes_leaves_before_roots() -> None:
    seen = rows(
        row("/interface/vlan", name=MINE, interface="br", vlan_id="210"),
        row("/ip/pool", name=MINE, ranges="10.90.0.2-10.90.0.9"),
        row("/ip/dhcp-server", name=MINE, interface=MINE),
        row("/ip/pool", name="office", ranges="10.20.0.2-10.20.0.9"),
    )
    ops = diff.diff(seen, rows(), TAG)
    assert [(op.verb, op.path) for op in ops] == [
        (Verb.REMOVE, "/ip/dhcp-server"),
        (Verb.REMOVE, "/ip/pool"),
        (Verb.REMOVE, "/interface/vlan"),
    ]


def test_another_changes_rows_and_a_similar_tag_are_foreign() -> None:
    seen = rows(
        row("/ip/pool", name="netops-HD-7-abc1234", ranges="10.90.0.2-10.90.0.9"),
        row("/queue/simple", name="x", target="10.1.0.0/24", comment="netops:HD-7-abc1234"),
    )
    assert diff.diff(seen, rows(), TAG) == ()
    assert closing.owned(seen, TAG) == ()


def test_the_interface_list_shows_our_vlan_again_but_it_is_not_another_row_of_ours() -> None:
    seen = rows(
        row("/interface", name=MINE, type="vlan"), row("/interface/vlan", name=MINE, interface="b", vlan_id="9")
    )
    assert closing.owned(seen, TAG) == (f"/interface/vlan name={MINE}",)


def test_guards_are_no_drift_but_stand_in_the_proof_of_absence() -> None:
    seen = rows(row("/system/scheduler", name=f"{MINE}.revert", comment=TAG.comment))
    assert diff.diff(seen, rows(), TAG) == ()
    assert closing.owned(seen, TAG) == (f"/system/scheduler name={MINE}.revert",)


# ── foreign rows ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("foreign", "text", "named"),
    [
        (
            row("/ip/pool", name=MINE + "x", ranges="10.0.0.2-10.0.0.3"),
            f"/ip pool add name={MINE}x ranges=10.90.0.2-10.90.0.9 comment={TAG.comment}",
            f"/ip/pool name={MINE}x",
        ),
        (
            row("/interface/bridge/vlan", bridge="b", vlan_ids="200-220", tagged="b"),
            f"/interface bridge vlan add bridge=b vlan-ids=210 tagged=b comment={TAG.comment}",
            "/interface/bridge/vlan bridge=b vlan-ids=200-220",
        ),
        (
            row("/interface/vlan", name="guests", interface="b", vlan_id="210"),
            f"/interface vlan add name={MINE} interface=b vlan-id=210",
            "/interface/vlan name=guests",
        ),
        (
            row("/ip/address", address="10.90.0.1/24", interface="other"),
            f"/ip address add address=10.90.0.1/24 interface={MINE} comment={TAG.comment}",
            "/ip/address address=10.90.0.1/24 interface=other",
        ),
        (
            row("/queue/simple", name="Rektorat", target="10.90.0.0/24"),
            f"/queue simple add name={MINE} target=10.90.0.0/24 comment={TAG.comment}",
            "/queue/simple name=Rektorat",
        ),
        (
            row("/ip/hotspot/profile", name="default", default="true"),
            f"/ip hotspot profile add name=default dns-name={MINE}",
            "/ip/hotspot/profile name=default",
        ),
    ],
)
def test_a_foreign_row_in_the_way_is_named_and_never_overwritten(foreign: Row, text: str, named: str) -> None:
    with pytest.raises(Refused, match=named.replace(".", r"\.")) as caught:
        diff.diff(rows(foreign), parse(text + "\n", {}), TAG)
    assert named in caught.value.message.to("id")


def test_a_template_without_our_tag_is_refused() -> None:
    with pytest.raises(Refused, match="without the tag"):
        diff.diff(rows(), parse("/ip pool add name=x ranges=10.0.0.1-10.0.0.2\n", {}), TAG)


def test_a_dynamic_row_is_superseded_by_adding_and_never_set() -> None:
    seen = rows(row("/interface/bridge/vlan", bridge="b", vlan_ids="210", dynamic="true", tagged=""))
    want = parse(f"/interface bridge vlan add bridge=b vlan-ids=210 tagged=b comment={TAG.comment}\n", {})
    [op] = diff.diff(seen, want, TAG)
    assert op.verb is Verb.ADD


def test_a_queue_goes_before_the_foreign_one_that_would_take_its_traffic() -> None:
    all_of_it = row("/queue/simple", name="campus", target="10.0.0.0/8", max_limit="100M/100M")
    office = row("/queue/simple", name="office", target="10.20.0.0/24")
    off = row("/queue/simple", name="off", target="0.0.0.0/0", disabled="true")
    hotspot = row("/queue/simple", name="hs", target="10.0.0.0/8", dynamic="true")
    want = parse(f"/queue simple add name={MINE} target=10.90.0.0/24 comment={TAG.comment}\n", {})
    seen = rows(off, hotspot, office, all_of_it)
    [op] = diff.diff(seen, want, TAG)
    assert op.new["place-before"] == "name=campus"
    after = apply_ops(seen, [op])
    assert [one.values["name"] for one in after.rows] == ["off", "hs", "office", MINE, "campus"]
    assert diff.diff(after, want, TAG) == ()


def test_a_queue_of_ours_that_fell_behind_is_made_anew_in_front() -> None:
    all_of_it = row("/queue/simple", name="campus", target="10.0.0.0/8")
    ours = row("/queue/simple", name=MINE, target="10.90.0.0/24", comment=TAG.comment)
    want = parse(f"/queue simple add name={MINE} target=10.90.0.0/24 comment={TAG.comment}\n", {})
    ops = diff.diff(rows(all_of_it, ours), want, TAG)
    assert [op.verb for op in ops] == [Verb.REMOVE, Verb.ADD]
    after = apply_ops(rows(all_of_it, ours), ops)
    assert diff.diff(after, want, TAG) == ()
    back = apply_ops(after, operations.invert(ops))
    assert canonical_rows(back) == canonical_rows(rows(all_of_it, ours))


# ── adopted rows, shared lists ───────────────────────────────────────────────────────────────────────────────────


def test_an_adopted_row_gets_only_the_named_properties() -> None:
    seen = rows(row("/queue/simple", name="Rektorat", target="10.20.0.0/26", max_limit="20000000/20000000"))
    want = parse("/queue simple set [ find name=Rektorat ] max-limit=30M/30M\n", {})
    [op] = diff.diff(seen, want, TAG)
    assert (op.verb, op.key, op.owned) == (Verb.SET, {"name": "Rektorat"}, False)
    assert (op.new, op.old) == ({"max-limit": "30M/30M"}, {"max-limit": "20000000/20000000"})
    assert diff.diff(apply_ops(seen, [op]), want, TAG) == ()


@pytest.mark.parametrize("names", [(), ("Rektorat", "Rektorat")])
def test_an_adopted_row_must_be_exactly_one(names: tuple[str, ...]) -> None:
    seen = rows(*(row("/ip/firewall/filter", chain="forward", comment=name) for name in names))
    want = parse("/ip firewall filter set [ find comment=Rektorat ] disabled=yes\n", {})
    with pytest.raises(Refused, match=f"{len(names)} rows match"):
        diff.diff(seen, want, TAG)


def test_of_a_shared_list_we_own_the_element() -> None:
    seen = rows(row("/interface/bridge/vlan", bridge="b", vlan_ids="20,30", tagged="b,ether2"))
    want = parse("/interface bridge vlan set [ find bridge=b vlan-ids=20 ] tagged=ether2,ether5\n", {})
    [op] = diff.diff(seen, want, TAG)
    assert (op.verb, op.new) == (Verb.JOIN, {"tagged": "ether5"})
    after = apply_ops(seen, [op])
    assert after.rows[0].values["tagged"] == "b,ether2,ether5"
    # Somebody else's element that came meanwhile stays on the way back.
    more = apply_ops(after, [RowOp(verb=Verb.JOIN, path=op.path, key=op.key, new={"tagged": "ether7"})])
    way = operations.restore(more, [op], TAG)
    assert apply_ops(more, way.ops).rows[0].values["tagged"] == "b,ether2,ether7"
    assert way.conflicts == ()


# ── there and back ───────────────────────────────────────────────────────────────────────────────────────────────

rates = st.sampled_from(["0/0", "1M/2M", "5000000/5000000", "64k/64k"])
names = st.integers(0, 5)


@st.composite
def queues(draw: st.DrawFn, owned: bool) -> Row:
    number = draw(names)
    values: dict[str, Value] = {
        "name": f"{MINE}.{number}" if owned else f"office{number}",
        "target": f"10.{90 if owned else 20}.{number}.0/24",
        "max-limit": draw(rates),
    }
    if draw(st.booleans()):
        values["burst-limit"] = draw(rates)
    if owned and draw(st.booleans()):
        values["comment"] = TAG.comment
    return Row(menu="/queue/simple", values=values)


def unique(found: list[Row]) -> list[Row]:
    return list({(one.menu, str(one.values["name"])): one for one in found}.values())


@st.composite
def pools(draw: st.DrawFn) -> Row:
    number = draw(names)
    return row("/ip/pool", name=f"{MINE}.{number}", ranges=f"10.90.{number}.2-10.90.{number}.{draw(st.integers(3, 5))}")


states = st.tuples(
    st.lists(queues(False), max_size=4), st.lists(queues(True), max_size=4), st.lists(pools(), max_size=3)
)


@given(states, states, st.randoms(use_true_random=False))
@settings(max_examples=120)
def test_every_way_there_leads_back(base: tuple[list[Row], ...], goal: tuple[list[Row], ...], random: object) -> None:
    mixed = unique([*base[0], *base[1], *base[2]])
    getattr(random, "shuffle")(mixed)  # noqa: B009 - hypothesis's random is untyped
    seen = Rows(rows=tuple(mixed))
    want = Rows(rows=tuple(unique([*goal[1], *goal[2]])))
    ops = diff.diff(seen, want, TAG)
    after = apply_ops(seen, ops)
    assert diff.diff(after, want, TAG) == ()
    inverse = operations.invert(ops)
    assert canonical_rows(apply_ops(after, inverse)) == canonical_rows(seen)
    way = operations.restore(after, ops, TAG)
    assert way.conflicts == ()
    assert canonical_rows(apply_ops(after, way.ops)) == canonical_rows(seen)
    # Cut off anywhere, the three-way restoration still leads back, and it is finished when it was done.
    cut = getattr(random, "randint")(0, len(ops))  # noqa: B009 - as above
    half = apply_ops(seen, ops[:cut])
    way = operations.restore(half, ops, TAG)
    assert canonical_rows(apply_ops(half, way.ops)) == canonical_rows(seen)
    assert operations.restore(seen, ops, TAG).ops == ()
    assert [op for batch in operations.batches(ops) for op in batch.ops] == list(ops)
    assert tuple(load(RowOp, dump(op)) for op in ops) == ops


def test_batches_follow_what_depends_on_what() -> None:
    text = f"""/queue simple
add name={MINE} target=10.90.0.0/16 comment={TAG.comment}
add name={MINE}.a target=10.90.1.0/24 parent={MINE} comment={TAG.comment}
/interface vlan
add name={MINE} interface=b vlan-id=9
/ip address
add address=10.90.0.1/16 interface={MINE} comment={TAG.comment}
"""
    want = parse(text, {})
    groups = [[op.path for op in batch.ops] for batch in operations.batches(diff.diff(rows(), want, TAG))]
    assert groups == [["/interface/vlan"], ["/queue/simple"], ["/queue/simple", "/ip/address"]]
    gone = diff.diff(apply_ops(rows(), diff.diff(rows(), want, TAG)), rows(), TAG)
    removed = [[op.key.get("name", "") for op in operations.rows_only(batch.ops)] for batch in operations.batches(gone)]
    assert removed == [["", f"{MINE}.a"], [MINE], [MINE]]


# ── three ways ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_person_changed_is_neither_taken_away_nor_forgotten() -> None:
    want = parse(f"/queue simple add name={MINE} target=10.90.0.0/24 max-limit=7M comment={TAG.comment}\n", {})
    ops = diff.diff(rows(), want, TAG)
    changed = rows(row("/queue/simple", name=MINE, target="10.90.0.0/24", max_limit="9M/9M", comment=TAG.comment))
    way = operations.restore(changed, ops, TAG)
    assert way.ops == ()
    assert len(way.conflicts) == 1 and "max-limit=9M/9M" in way.conflicts[0]
    taken = rows(row("/queue/simple", name=MINE + "1", target="10.90.0.0/24", comment="mine now"))
    renamed = [RowOp(verb=Verb.ADD, path="/queue/simple", key={"name": MINE + "1"}, new=ops[0].new)]
    assert "no longer carries our tag" in operations.restore(taken, renamed, TAG).conflicts[0]


def test_an_adopted_row_goes_back_property_by_property() -> None:
    seen = rows(row("/queue/simple", name="R", target="10.20.0.0/26", max_limit="20M/20M", comment="old"))
    ops = diff.diff(seen, parse("/queue simple set [ find name=R ] max-limit=30M comment=event\n", {}), TAG)
    now = rows(row("/queue/simple", name="R", target="10.20.0.0/26", max_limit="40M/40M", comment="event"))
    way = operations.restore(now, ops, TAG)
    assert [op.new for op in way.ops if isinstance(op, RowOp)] == [{"comment": "old"}]
    assert "max-limit=40M/40M" in way.conflicts[0]
    assert "is gone" in operations.restore(rows(), ops, TAG).conflicts[0]


def test_our_address_whose_interface_was_removed_by_hand_goes_all_the_same() -> None:
    want = parse(f"/ip address add address=10.90.0.1/24 interface={MINE} comment={TAG.comment}\n", {})
    ops = diff.diff(rows(), want, TAG)
    broken = rows(row("/ip/address", address="10.90.0.1/24", interface="*1F", comment=TAG.comment))
    way = operations.restore(broken, ops, TAG)
    assert [op.key for op in operations.rows_only(way.ops)] == [{"address": "10.90.0.1/24", "interface": "*1F"}]
    assert apply_ops(broken, way.ops) == rows()


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────


def event() -> Rows:
    return rows(
        row("/ip/hotspot", name=MINE, interface=MINE, disabled="false"),
        row("/ip/hotspot", name="kantin", interface="e9", disabled="false"),
        row("/ip/hotspot/user", name="default-trial", default="true"),
        row("/ip/hotspot/user", name="ev1", server=MINE, comment=TAG.comment),
        row("/ip/hotspot/user", name="staff", server="kantin"),
        row("/ip/hotspot/active", server=MINE, user="ev1", address="10.90.0.7", mac_address="02:00:00:00:00:01"),
        row("/ip/hotspot/active", server="kantin", user="staff", address="10.8.0.7", mac_address="02:00:00:00:00:02"),
        row("/ip/hotspot/cookie", user="ev1", mac_address="02:00:00:00:00:01"),
        row("/ip/hotspot/cookie", user="staff", mac_address="02:00:00:00:00:02"),
        row("/ip/hotspot/host", server=MINE, address="10.90.0.7", mac_address="02:00:00:00:00:01"),
        row("/ip/dhcp-server/lease", server=MINE, address="10.90.0.7", mac_address="02:00:00:00:00:01", dynamic="true"),
        row("/ip/dhcp-server/lease", server="office", address="10.20.0.7", mac_address="02:00:00:00:00:03"),
    )


def test_access_closes_server_first_and_nobody_elses() -> None:
    ops = closing.close(event(), TAG)
    assert [(op.verb, op.path) for op in ops] == [
        (Verb.SET, "/ip/hotspot"),
        (Verb.REMOVE, "/ip/hotspot/cookie"),
        (Verb.REMOVE, "/ip/hotspot/active"),
        (Verb.REMOVE, "/ip/hotspot/host"),
        (Verb.REMOVE, "/ip/dhcp-server/lease"),
        (Verb.REMOVE, "/ip/hotspot/user"),
    ]
    after = apply_ops(event(), ops)
    assert closing.close(after, TAG) == ()
    assert closing.owned(after, TAG) == (f"/ip/hotspot name={MINE}",)
    assert {one.values.get("user") for one in after.rows if one.menu == "/ip/hotspot/cookie"} == {"staff"}


def test_a_closing_cut_off_anywhere_is_finished_by_the_next() -> None:
    ops = closing.close(event(), TAG)
    whole = canonical_rows(apply_ops(event(), ops))
    for cut in range(len(ops)):
        half = apply_ops(event(), ops[:cut])
        assert canonical_rows(apply_ops(half, closing.close(half, TAG))) == whole


def test_a_server_that_we_closed_is_still_ours_to_take_away() -> None:
    server = f"/ip hotspot add name={MINE} interface={MINE} disabled=no\n"
    ops = diff.diff(rows(), parse(server, {}), TAG)
    closed = apply_ops(apply_ops(rows(), ops), closing.close(apply_ops(rows(), ops), TAG))
    way = operations.restore(closed, ops, TAG)
    assert (len(way.ops), way.conflicts) == (1, ())


# ── drift ────────────────────────────────────────────────────────────────────────────────────────────────────────

WANT = f"""/interface vlan add name={MINE} interface=b vlan-id=210
/queue simple add name={MINE} target=10.90.0.0/24 comment={TAG.comment}
/queue simple set [ find name=R ] max-limit=30M
"""
BASE = (
    row("/interface/bridge", name="b", vlan_filtering="true"),
    row("/interface/bridge", name="c"),
    row("/queue/simple", name="R", target="10.20.0.0/26", max_limit="20M/20M", bytes="1/1"),
    row("/queue/simple", name="S", target="10.21.0.0/26", max_limit="20M/20M"),
)


def test_drift_is_what_the_plan_touches_or_stands_on_and_nothing_else() -> None:
    want = parse(WANT, {})

    def base(*found: Row) -> str:
        return digest_of(reach.touched(rows(*found), want, TAG))

    start = base(*BASE)
    harmless = row("/queue/simple", name="S", target="10.21.0.0/26", max_limit="1M/1M")
    counted = Row(menu="/queue/simple", values={**BASE[2].values, "bytes": "9/9", "max-limit": "20000000/20M"}, id="*9")
    assert base(*BASE[:2], counted, harmless) == start
    assert base(*reversed(BASE)) == start
    assert base(row("/interface/bridge", name="b", vlan_filtering="false"), *BASE[1:]) != start
    assert base(*BASE[1:]) != start
    assert base(*BASE, row("/queue/simple", name="T", target="10.90.0.0/16")) != start
    assert base(*BASE, row("/queue/simple", name="x", target="10.1.0.0/16", comment=TAG.comment)) != start
    raised = row("/queue/simple", name="R", target="10.20.0.0/26", max_limit="21M/21M")
    assert base(*BASE[:2], raised, BASE[3]) != start


def test_scope_names_what_closing_needs() -> None:
    text = f"/ip hotspot add name={MINE} interface={MINE} profile={MINE} address-pool={MINE} disabled=no\n"
    paths = PLATFORM.scope(parse(text, {})).paths
    assert {"/ip/hotspot", "/ip/hotspot/active", "/ip/hotspot/cookie", "/ip/hotspot/host"} <= set(paths)
    assert {"/ip/dhcp-server/lease", "/ip/pool", "/interface", "/system/scheduler"} <= set(paths)


def test_what_is_taken_on_a_device() -> None:
    seen = rows(
        row("/interface/vlan", name="v", vlan_id="20"),
        row("/interface/bridge/vlan", bridge="b", vlan_ids="30-32"),
        row("/interface/bridge/port", interface="e", pvid="1"),
        row("/ip/address", address="10.20.0.1/24", interface="v"),
        row("/queue/simple", name="all", target="0.0.0.0/0"),
    )
    used = PLATFORM.used(seen)
    assert (used.vlans, used.subnets) == (frozenset({20, 30, 31, 32}), ("10.20.0.0/24",))


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("/no such menu\nadd name=a", "/no/such/menu"),
        ("/queue simple\nadd name=a target=b colour=red", "/queue/simple colour"),
        ("/queue simple\nadd target=b", "/queue/simple name"),
        ("/queue simple\nremove [ find name=a ]", "/queue/simple remove"),
        ("/queue simple\nset 0 max-limit=1M", "/queue/simple set"),
        ("/queue simple\nadd name=a target=b\nadd name=a target=c", "/queue/simple name"),
        ("/ip hotspot user\nadd name=a password=open", "/ip/hotspot/user password"),
        ("/ip hotspot user\nadd name=\ue000s\ue001", "/ip/hotspot/user name"),
        ('/ip hotspot user\nadd name="x\ue000s\ue001"', "/ip/hotspot/user name"),
        ("/queue simple\nadd name=\ue000c\ue001 target=b", "/queue/simple name"),
        ("/queue simple\nadd name=\ue000?\ue001 target=b", "/queue/simple name"),
        ("/queue simple\nadd name=\ue000 target=b", "/queue/simple name"),
        ("/system scheduler\nadd name=a", "/system/scheduler"),
        ("/ip hotspot active\nadd user=a", "/ip/hotspot/active"),
        ("/interface ethernet\nadd name=a", "/interface/ethernet add"),
        ("/ip hotspot user\nset [ find password=a ] comment=b", "/ip/hotspot/user password"),
    ],
)
def test_a_template_that_is_wrong_is_refused_with_line_and_field(text: str, field: str) -> None:
    values: dict[str, Value] = {"\ue000s\ue001": SecretRef("voucher/1"), "\ue000c\ue001": "two\nlines"}
    with pytest.raises(InputError) as caught:
        parse(text + "\n", values)
    assert (caught.value.field, caught.value.line) == (field, text.count("\n") + 1)


def test_values_are_spliced_after_parsing_and_never_read_as_text() -> None:
    evil = 'x" ; /system reboot ; "$[find]\\'
    want = parse(
        '/queue simple add name="a \ue0000\ue001" target=\ue0001\ue001\n',
        {"\ue0000\ue001": evil, "\ue0001\ue001": "10.0.0.0/24"},
    )
    assert want.rows[0].values == {"name": f"a {evil}", "target": "10.0.0.0/24"}


# ── for people, and for the device itself ────────────────────────────────────────────────────────────────────────


def test_a_guard_is_offered_only_where_it_can_hold() -> None:
    add = RowOp(verb=Verb.ADD, path="/ip/pool", key={"name": MINE}, new={"name": MINE, "ranges": "10.0.0.1"})
    gone = RowOp(verb=Verb.REMOVE, path="/ip/hotspot/user", key={"name": "a", "server": "all"}, old={"name": "a"})
    assert PLATFORM.guards(("scheduler",), [add]) == (GuardKind.DEVICE_TIMER, GuardKind.NONE)
    assert PLATFORM.guards((), [add]) == (GuardKind.NONE,)
    assert PLATFORM.guards(("scheduler",), [gone]) == (GuardKind.NONE,)


def test_a_login_that_comes_back_without_its_secret_comes_back_disabled() -> None:
    gone = RowOp(verb=Verb.REMOVE, path="/ip/hotspot/user", key={"name": "a", "server": "all"}, old={"name": "a"})
    assert operations.invert([gone])[0].new == {"name": "a", "disabled": "yes"}


def test_ten_thousand_queues_are_compared_in_a_fraction_of_half_a_second() -> None:
    seen = rows(
        *(
            row("/queue/simple", name=f"q{n}", target=f"10.{n >> 8 & 255}.{n & 255}.0/24", max_limit="1000000/1000000")
            for n in range(10_000)
        )
    )
    want = parse(f"/queue simple add name={MINE} target=172.16.0.0/24 comment={TAG.comment}\n", {})
    started = time.process_time()
    ops: tuple[Op, ...] = diff.diff(seen, want, TAG)
    assert len(ops) == 1
    # Ten times the measured 0.1 s: a slow machine passes, a quadratic comparison does not.
    assert time.process_time() - started < 1.0

"""A row of ours that a person renamed: access ends all the same, and it is told instead of called gone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.model import Row, RowOp, Rows, Tag, Value, Verb
from netops.platforms.routeros import closing, diff, operations
from netops.platforms.routeros.parse import parse
from netops.platforms.routeros.table import apply_ops, canonical_rows

TAG = Tag("HD-7-abc123")
MINE = TAG.name
WANT = f"""/interface vlan add name={MINE} interface=br vlan-id=210 comment={TAG.comment}
/ip address add address=10.90.0.1/24 interface={MINE} comment={TAG.comment}
/ip pool add name={MINE} ranges=10.90.0.2-10.90.0.254
/ip dhcp-server add name={MINE} interface={MINE} address-pool={MINE} disabled=no
/ip hotspot profile add name={MINE} hotspot-address=10.90.0.1 dns-name=wisuda.example
/ip hotspot user profile add name={MINE} shared-users=1 rate-limit=2M/5M add-mac-cookie=no
/ip hotspot add name={MINE} interface={MINE} address-pool={MINE} profile={MINE} disabled=no
/ip hotspot user add name=ev1 profile={MINE} server={MINE} comment="{TAG.comment} 1"
/ip hotspot user add name=ev2 profile={MINE} server={MINE} comment="{TAG.comment} 2"
/queue simple add name={MINE} target=10.90.0.0/24 max-limit=20M/50M comment={TAG.comment}
"""
OFFICE = (
    Row(menu="/queue/simple", values={"name": "lama", "target": "10.90.0.0/24", "disabled": "yes"}),
    Row(menu="/ip/pool", values={"name": "kantor", "ranges": "10.20.0.2-10.20.0.254"}),
    Row(menu="/ip/hotspot/user/profile", values={"name": "default", "shared-users": "1", "default": "true"}),
    Row(menu="/ip/hotspot/user/profile", values={"name": "tamu", "rate-limit": "2M/2M", "shared-users": "1"}),
    Row(menu="/ip/hotspot", values={"name": "kantin", "interface": "e9", "profile": "default", "disabled": "no"}),
    Row(menu="/ip/hotspot/user", values={"name": "kasir", "server": "kantin"}),
    Row(menu="/ip/hotspot/user/profile", values={"name": "netops-HD-8-zz", "rate-limit": "2M/5M", "shared-users": "1",
                                                 "add-mac-cookie": "no"}),
)  # fmt: skip
BASE = Rows(rows=OFFICE)
OPS = diff.diff(BASE, parse(WANT, {}), TAG)
# By menu, the references to it that a device lets follow a rename.
FOLLOW = {
    "/interface/vlan": ("interface",),
    "/ip/pool": ("address-pool",),
    "/ip/hotspot/profile": ("profile",),
    "/ip/hotspot/user/profile": ("profile",),
    "/ip/hotspot": ("server",),
    "/ip/dhcp-server": ("server",),
}
HOLDERS = {
    "/ip/hotspot/profile": ("/ip/hotspot",),
    "/ip/hotspot/user/profile": ("/ip/hotspot/user",),
    "/ip/hotspot": ("/ip/hotspot/user", "/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie"),
    "/ip/dhcp-server": ("/ip/dhcp-server/lease",),
}


def rename(state: Rows, path: str, new: str, old: str = MINE) -> Rows:
    """As a device does it: what names the row follows."""

    def changed(row: Row) -> Row:
        values: dict[str, Value] = dict(row.values)
        if row.menu == path and values.get("name") == old:
            values["name"] = new
        if row.menu in HOLDERS.get(path, (row.menu,)):
            values |= {name: new for name in FOLLOW.get(path, ()) if values.get(name) == old}
        return Row(menu=row.menu, values=values)

    return Rows(rows=tuple(changed(row) for row in state.rows))


def running(*more: Row) -> Rows:
    clients = (
        Row(menu="/ip/hotspot/active", values={"server": MINE, "user": "ev1", "address": "10.90.0.7"}),
        Row(menu="/ip/hotspot/host", values={"server": MINE, "mac-address": "02:00:00:00:00:01"}),
        Row(menu="/ip/dhcp-server/lease", values={"server": MINE, "address": "10.90.0.7", "dynamic": "true"}),
        Row(menu="/ip/hotspot/active", values={"server": "kantin", "user": "kasir", "address": "10.8.0.7"}),
    )
    return Rows(rows=(*apply_ops(BASE, OPS).rows, *clients, *more))


def ended(seen: Rows) -> tuple[Rows, tuple[str, ...]]:
    """The end as it is carried out: close, take away, and what is told."""
    closed = apply_ops(seen, closing.close(seen, TAG))
    way = operations.restore(closed, OPS, TAG)
    left = apply_ops(closed, way.ops)
    return left, (*way.conflicts, *closing.owned(left, TAG))


def enabled(state: Rows) -> set[str]:
    return {str(r.values["name"]) for r in state.rows if r.menu == "/ip/hotspot" and r.values.get("disabled") == "no"}


def test_an_end_that_nobody_meddled_with_tells_nothing() -> None:
    left, told = ended(running())
    assert told == ()
    assert {row.menu for row in left.rows} == {row.menu for row in OFFICE} | {"/ip/hotspot/active"}


NAMED = [op.path for op in OPS if "name" in op.new and op.path != "/ip/hotspot/user"]


@pytest.mark.parametrize("path", NAMED)
def test_a_renamed_row_is_told_and_access_ends(path: str) -> None:
    left, told = ended(rename(running(), path, "warung"))
    assert enabled(left) == {"kantin"}
    assert any("warung" in line for line in told), told
    assert not any("kantin" in line or "tamu" in line or "HD-8" in line for line in told)
    assert [row.values["user"] for row in left.rows if row.menu == "/ip/hotspot/active"] == ["kasir"]
    assert not [row for row in left.rows if row.menu in ("/ip/hotspot/host", "/ip/dhcp-server/lease")]


@given(st.sets(st.sampled_from(sorted(set(NAMED)))), st.integers(0, len(OPS)))
@settings(max_examples=80)
def test_however_much_is_renamed_nothing_stays_untold(paths: set[str], cut: int) -> None:
    seen = running()
    for number, path in enumerate(sorted(paths)):
        seen = rename(seen, path, f"warung{number}")
    left, told = ended(seen)
    assert enabled(left) == {"kantin"}
    for row in left.rows:
        if str(row.values.get("name", "")).startswith("warung"):
            assert any(str(row.values["name"]) in line for line in told), (row, told)
    # Closing again finds nothing more, and one cut off half way is finished by the next.
    ops = closing.close(seen, TAG)
    half = apply_ops(seen, ops[:cut])
    done = apply_ops(half, closing.close(half, TAG))
    assert closing.close(done, TAG) == ()
    assert enabled(done) == {"kantin"}


@pytest.mark.parametrize("cut", range(len(OPS) + 1))
def test_what_was_never_added_is_not_seen_in_somebody_elses_row(cut: int) -> None:
    half = apply_ops(BASE, OPS[:cut])
    way = operations.restore(half, OPS, TAG)
    assert way.conflicts == ()
    assert canonical_rows(apply_ops(half, way.ops)) == canonical_rows(BASE)


def test_what_the_end_left_is_found_when_somebody_looks_again() -> None:
    """The interface, pool and profile are gone by then: the device shows ids in their place."""
    values = {"name": "warung", "interface": "*9", "address-pool": "*2", "profile": "*1", "disabled": "yes"}
    seen = Rows(rows=(*OFFICE, Row(menu="/ip/hotspot", values=values)))
    assert "name=warung" in "".join(operations.restore(seen, OPS, TAG).conflicts)
    dhcp = Row(menu="/ip/dhcp-server", values={"name": "dhcp-x", "interface": "*9", "address-pool": "*2"})
    assert "name=dhcp-x" in "".join(operations.restore(Rows(rows=(*OFFICE, dhcp)), OPS, TAG).conflicts)


def test_a_foreign_server_is_not_closed_for_one_user_that_was_moved_to_it() -> None:
    seen = running()
    moved = apply_ops(
        seen,
        [
            RowOp(
                verb=Verb.SET,
                path="/ip/hotspot/user",
                key={"name": "ev1", "server": MINE},
                new={"server": "kantin"},
                old={"server": MINE},
            )
        ],
    )
    assert enabled(apply_ops(moved, closing.close(moved, TAG))) == {"kantin"}
    # A restoration, which closes nothing, tells of it.
    assert "name=ev1 server=kantin" in "".join(operations.restore(moved, OPS, TAG).conflicts)


def test_one_user_that_a_person_added_is_told_once() -> None:
    guest = Row(menu="/ip/hotspot/user", values={"name": "tamu1", "server": MINE, "profile": MINE})
    _, told = ended(running(guest))
    assert len([line for line in told if "tamu1" in line]) == 1

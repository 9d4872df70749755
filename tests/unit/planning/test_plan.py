"""A plan put together: digest, reservations, expiry, bounds, and what people are shown."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_sample import NOW, playbook, sites
from requests_sample import request

from netops.changes.tools import plan_of
from netops.core.canonical import canonical, dump, load, parse_json
from netops.core.errors import OutOfBounds
from netops.core.model import (
    Batch,
    DevicePlan,
    FieldNeeds,
    GuardKind,
    Needs,
    Plan,
    Reservation,
    RowOp,
    Rows,
    Scope,
    Verb,
)
from netops.planning.event import reservations, within_bounds
from netops.planning.plan import build, explain, plan_digest
from netops.planning.playbook import playbook_digest
from netops.planning.sizing import propose
from netops.requests.common import change_id, request_digest

SITE = sites().site("kampus")
ASKED = request()
BOOK = playbook()
WINDOW = BOOK.window(ASKED.event.starts_at, ASKED.event.ends_at)
NEEDS = propose(ASKED, SITE, WINDOW, {}, (), (), change="x")


def device(name: str, order: int, difference: str = "+ /interface vlan add") -> DevicePlan:
    op = RowOp(verb=Verb.ADD, path="/interface/vlan", key={"name": "x"}, new={"vlan-id": "210"})
    return DevicePlan(
        device=name,
        platform="routeros",
        order=order,
        scope=Scope(paths=("/interface/vlan",)),
        base="sha256:" + "0" * 64,
        want=Rows(rows=()),
        batches=(Batch(number=0, ops=(op,)),) if difference else (),
        inverse=(),
        guards=(GuardKind.DEVICE_TIMER, GuardKind.NONE),
        difference=difference,
    )


def made(needs: Needs = NEEDS) -> Plan:
    return build(ASKED, BOOK, SITE, needs, [device("sw-aula", 2, ""), device("gw-kampus", 1)], NOW)


def test_a_plan_names_what_it_stands_on() -> None:
    plan = made()
    assert plan.change == change_id(ASKED)
    assert plan.request == request_digest(ASKED)
    assert plan.playbook == playbook_digest(BOOK)
    assert plan.evidence == BOOK.evidence
    assert [one.device for one in plan.devices] == ["gw-kampus", "sw-aula"]
    assert plan.made_at == NOW


def test_a_plan_expires_by_the_playbook_and_never_outlives_its_window() -> None:
    assert made().expires_at == NOW + timedelta(days=7)
    late = WINDOW[1] - timedelta(days=1)
    assert build(ASKED, BOOK, SITE, NEEDS, [], late).expires_at == WINDOW[1]


def test_a_plan_goes_to_json_and_back_with_its_digest() -> None:
    plan = made()
    back = load(Plan, parse_json(canonical(dump(plan))))
    assert back == plan
    assert plan_digest(back) == plan_digest(plan)
    assert plan_digest(made(replace(NEEDS, vlan=211))) != plan_digest(plan)


def test_what_a_plan_reserves() -> None:
    held = {one.resource: one.amount for one in made().reservations}
    assert held == {
        "vlan:kampus:210": 1,
        "subnet:kampus:10.90.0.0/24": 1,
        "uplink:kampus/ISP-A:down": 50_000_000,
        "uplink:kampus/ISP-A:up": 20_000_000,
    }
    assert {(one.starts_at, one.ends_at) for one in made().reservations} == {WINDOW}


def test_two_plans_never_get_the_same_vlan_or_subnet() -> None:
    taken: dict[str, tuple[Reservation, ...]] = {}
    small = request("20M/50M", "1M")
    for number in range(20):
        needs = propose(small, SITE, WINDOW, taken, (), (), change=f"c{number}")
        assert (needs.vlan, needs.subnet) == (210 + number, f"10.90.{number}.0/24")
        taken[f"c{number}"] = reservations(needs, SITE, WINDOW)


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("total_down", 50_000_001, "total_down = 50.000001 Mbps|total_down = 50 Mbps"),
        ("total_up", 21_000_000, "total_up = 21 Mbps"),
        ("total_up", 0, "total_up = 0 bps"),
        ("client_down", 51_000_000, "client_down = 51 Mbps"),
        ("client_up", -1, "client_up"),
        ("users", 221, "users = 221 goes beyond what was asked or is allowed (220)"),
        ("users", 0, "users = 0"),
        ("vlan", 230, "vlan = 230 goes beyond what was asked or is allowed (210-229)"),
        ("vlan", 20, "vlan = 20"),
        ("subnet", "10.20.0.0/24", "subnet = 10.20.0.0/24 goes beyond what was asked or is allowed (10.90.0.0/16)"),
        ("subnet", "10.0.0.0/8", "subnet = 10.0.0.0/8"),
        ("subnet", "nonsense", "subnet = nonsense"),
        ("subnet", "2001:db8::/64", "subnet = 2001:db8::/64"),
        ("site", "kampus-lama", "site = site kampus-lama"),
    ],
)
def test_needs_beyond_the_request_or_the_site_are_refused(field: str, value: object, said: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        made(replace(NEEDS, **{field: value}))
    assert any(words in caught.value.describe("en") for words in said.split("|"))
    assert caught.value.describe("id").startswith(f"kebutuhan teknis {field} = ")
    assert caught.value.exit_code == 4


def test_needs_within_the_margin_pass() -> None:
    within_bounds(replace(NEEDS, users=220, total_down=1_000_000, client_down=1_000_000, vlan=229), ASKED, SITE)


@given(st.integers(1, 20_000))
def test_what_is_proposed_is_within_bounds(participants: int) -> None:
    asked = request("participants: 200", f"participants: {participants}")
    within_bounds(propose(asked, SITE, WINDOW, {}, (), (), change="x"), asked, SITE)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_people_are_shown() -> None:
    plan = made()
    told = explain(plan, SITE, "id")
    assert plan_digest(plan) in told and plan.request in told
    assert "berlaku sampai Jumat, 27 November 2026, pukul 08.00 WIB" in told
    assert "lokasi kampus, VLAN 210, subnet 10.90.0.0/24, SSID Seminar Nasional" in told
    assert "1. gw-kampus (routeros), pengaman: pewaktu di perangkat\n  + /interface vlan add\n" in told
    assert "2. sw-aula (routeros), pengaman: pewaktu di perangkat\n  tidak ada perubahan\n" in told
    assert "uplink:kampus/ISP-A:down 50 Mbps" in told
    assert "· perangkat serentak 180 = " in told


def test_the_same_in_english() -> None:
    told = explain(made(), SITE, "en")
    assert "holds until Friday, 27 November 2026, 08:00 WIB" in told
    assert "in total 20 Mbps / 50 Mbps (up / down), per client 2 Mbps / 5 Mbps" in told
    assert "nothing to change" in told and "guard: timer on the device" in told
    assert "· 180 devices at once" in told
    assert "perangkat" not in told


def test_a_device_that_is_not_guarded_says_so() -> None:
    bare = replace(device("gw-kampus", 1), guards=(GuardKind.NONE,))
    plan = replace(made(), devices=(bare,))
    assert "guard: none (only our own inverse operations)" in explain(plan, SITE, "en")


# ── older and other needs ────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_that_was_recorded_before_there_were_kinds_of_needs_is_an_events() -> None:
    body = dump(made())
    assert body["needs"].pop("kind") == "event"
    assert plan_of(body) == made()


def test_needs_of_each_kind_come_back_as_what_they_were() -> None:
    fields = FieldNeeds(
        site="kampus", fields={"port": {"device": "sw-aula", "port": "Gi1/0/5"}, "vlan": 20, "note": None}
    )
    for needs in (NEEDS, fields):
        plan = replace(made(), needs=needs)
        assert load(Plan, parse_json(canonical(dump(plan)))) == plan

"""Technical needs: figures by policy, the lowest free VLAN and subnet, and who is named when nothing is free."""

from datetime import datetime
from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_sample import playbook, sites
from requests_sample import request

from netops.core.errors import NoCapacity
from netops.core.model import Needs, Reservation
from netops.planning.event import reservations, within_bounds
from netops.planning.sizing import concurrent_devices, lowest_free, prefix_length, propose, say_basis, ssid
from netops.requests.event_hotspot import EventHotspot

SITE = sites().site("kampus")
CHANGE = "HD-2026-0117-abcdef"
Taken = dict[str, tuple[Reservation, ...]]


def window(asked: EventHotspot) -> tuple[datetime, datetime]:
    return playbook().window(asked.event.starts_at, asked.event.ends_at)


def size(
    asked: EventHotspot | None = None,
    taken: Taken | None = None,
    vlans: tuple[int, ...] = (),
    subnets: tuple[str, ...] = (),
) -> Needs:
    asked = asked or request()
    return propose(asked, SITE, window(asked), taken or {}, vlans, subnets, change=CHANGE)


def of(change: str, *resources: str) -> Taken:
    start, end = window(request())
    return {change: tuple(Reservation(resource=one, amount=1, starts_at=start, ends_at=end) for one in resources)}


def test_the_figures_of_the_sample() -> None:
    needs = size(vlans=(10, 20), subnets=("10.10.0.0/24", "10.20.0.0/24"))
    # 200 × 1.5 × 60 % = 180 devices, + 20 % = 216 addresses: a /24 holds 253
    assert (needs.vlan, needs.subnet, needs.users) == (210, "10.90.0.0/24", 200)
    assert (needs.total_up, needs.total_down) == (20_000_000, 50_000_000)
    assert (needs.client_up, needs.client_down) == (2_000_000, 5_000_000)
    assert needs.lease_seconds == 7200
    assert (needs.site, needs.ssid) == ("kampus", "Seminar Nasional")
    within_bounds(needs, request(), SITE)


def test_each_figure_says_where_it_comes_from() -> None:
    basis = size().basis
    assert say_basis(basis[0], "id").startswith(
        "perangkat serentak 180 = 200 peserta × 1,5 perangkat × 60 % (Kebijakan"
    )
    assert say_basis(basis[0], "en").startswith("180 devices at once = 200 participants × 1.5 devices × 60 % (")
    assert say_basis(basis[1], "en").startswith("216 addresses = 180 + 20 % headroom; 10.90.0.0/24 holds 253 (")
    assert say_basis(basis[-1], "id") == "uplink ISP-A: PT Contoh Internet, Kontrak layanan internet 2026 (contoh)"
    assert all(" | " in line for line in basis)
    assert say_basis("edited by hand", "en") == "edited by hand"


@pytest.mark.parametrize(
    ("participants", "length"),
    [(1, 29), (4, 29), (5, 28), (233, 24), (235, 23), (240, 23), (20_000, 17)],
)
def test_the_smallest_prefix_that_fits(participants: int, length: int) -> None:
    needs = size(request("participants: 200", f"participants: {participants}"))
    assert IPv4Network(needs.subnet).prefixlen == length


@given(st.integers(1, 60_000))
def test_prefix_length_is_smallest_and_fits(addresses: int) -> None:
    length = prefix_length(addresses)
    assert 2 ** (32 - length) - 3 >= addresses
    assert length == 29 or 2 ** (31 - length) - 3 < addresses


def test_counting_is_exact() -> None:
    site = SITE.model_copy(
        update={"sizing": SITE.sizing.model_copy(update={"devices_per_person": 1.1, "concurrent": 100})}
    )
    assert concurrent_devices(10, site) == 11  # 10 × 1.1 is 11.000000000000002 in binary


def test_a_client_never_gets_more_than_the_whole() -> None:
    needs = size(request("20M/50M", "1M/3M"))
    assert (needs.client_up, needs.client_down) == (1_000_000, 3_000_000)


def test_the_lease_is_not_longer_than_the_event() -> None:
    assert size(request("12-01 16:00", "12-01 09:00")).lease_seconds == 3600


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Seminar Nasional", "Seminar Nasional"),
        ("Wisuda #3 – Ōé", "Wisuda 3 Oe"),
        ("مؤتمر", "Acara"),
        ("x" * 60, "x" * 32),
    ],
)
def test_ssid_is_short_ascii(name: str, expected: str) -> None:
    assert ssid(name) == expected


def test_the_same_input_gives_the_same_needs() -> None:
    assert size(vlans=(211, 210), subnets=("10.90.0.0/24",)) == size(vlans=(210, 211), subnets=("10.90.0.0/24",))


# ── what is free ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_vlans_and_subnets_of_devices_and_plans_are_passed_over() -> None:
    needs = size(
        vlans=(210, 212), subnets=("10.90.0.0/25", "10.90.2.128/25"),
        taken=of("HD-1-aaaaaa", "vlan:kampus:211", "subnet:kampus:10.90.1.0/24"),
    )  # fmt: skip
    assert (needs.vlan, needs.subnet) == (213, "10.90.3.0/24")


def test_a_larger_subnet_on_a_device_is_passed_over() -> None:
    assert size(subnets=("10.90.0.0/20",)).subnet == "10.90.16.0/24"


def test_another_sites_vlan_does_not_count_but_its_subnet_does() -> None:
    needs = size(taken=of("HD-1-aaaaaa", "vlan:kampus-lama:210", "subnet:kampus-lama:10.90.0.0/24"))
    assert (needs.vlan, needs.subnet) == (210, "10.90.1.0/24")


def test_a_reservation_at_another_time_does_not_count() -> None:
    start, _ = window(request())
    before = Reservation(resource="vlan:kampus:210", amount=1, starts_at=start.replace(year=2025), ends_at=start)
    assert size(taken={"HD-1-aaaaaa": (before,)}).vlan == 210


def test_planning_again_keeps_vlan_and_subnet() -> None:
    first = size(vlans=(210,), subnets=("10.90.0.0/24",))
    own = {CHANGE: reservations(first, SITE, window(request()))}
    again = size(taken=own)  # 210 and 10.90.0.0/24 have become free since
    assert (again.vlan, again.subnet) == (211, "10.90.1.0/24") == (first.vlan, first.subnet)


def test_what_was_ours_moves_on_when_somebody_took_it() -> None:
    own = {CHANGE: reservations(size(), SITE, window(request()))}
    needs = size(taken=own, vlans=(210,), subnets=("10.90.0.128/25",))
    assert (needs.vlan, needs.subnet) == (211, "10.90.1.0/24")


def test_our_own_bandwidth_is_not_counted_against_us() -> None:
    asked = request("20M/50M", "200M")
    own = {CHANGE: reservations(size(asked), SITE, window(asked))}
    assert size(asked, own).total_down == 200_000_000


def test_no_free_vlan_names_who_has_them() -> None:
    taken = of("HD-1-aaaaaa", *(f"vlan:kampus:{vlan}" for vlan in range(210, 228)))
    with pytest.raises(NoCapacity) as caught:
        size(taken=taken, vlans=(228, 229, 300))
    told = caught.value.describe("en")
    assert told.startswith(
        "all event VLANs 210-229 at kampus are taken; reserved: 210 (HD-1-aaaaaa), 211 (HD-1-aaaaaa)"
    )
    assert "on devices: 228, 229\n" in told
    assert "widen event.vlans in inventory/sites.yaml" in told
    assert "semua VLAN acara 210-229 di kampus terpakai" in caught.value.describe("id")


def test_no_free_subnet_names_who_has_it() -> None:
    with pytest.raises(NoCapacity) as caught:
        size(taken=of("HD-1-aaaaaa", "subnet:kampus:10.90.0.0/17"), subnets=("10.90.128.0/17", "10.20.0.0/24"))
    assert caught.value.describe("en").startswith(
        "no /24 is free in 10.90.0.0/16 (kampus); reserved: 10.90.0.0/17 (HD-1-aaaaaa); on devices: 10.90.128.0/17\n"
    )
    assert caught.value.exit_code == 4


def test_bandwidth_that_others_hold_is_refused_before_anything_else() -> None:
    start, end = window(request())
    held = Reservation(resource="uplink:kampus/ISP-A:down", amount=190_000_000, starts_at=start, ends_at=end)
    with pytest.raises(NoCapacity, match="reserved by HD-1-aaaaaa 190 Mbps"):
        size(taken={"HD-1-aaaaaa": (held,)})


NETWORKS = st.builds(
    lambda number, length: IPv4Network((0x0A5A0000 + (number >> (32 - length) << (32 - length)), length)),
    st.integers(0, 255),
    st.integers(24, 30),
)


@settings(max_examples=150)
@given(st.lists(NETWORKS, max_size=6), st.integers(24, 29))
def test_lowest_free_agrees_with_trying_them_all(used: list[IPv4Network], length: int) -> None:
    whole = IPv4Network("10.90.0.0/24")
    slow = next((n for n in whole.subnets(new_prefix=length) if not any(n.overlaps(one) for one in used)), None)
    assert lowest_free(whole, length, used) == slow


def test_more_than_the_whole_range_is_never_free() -> None:
    assert lowest_free(IPv4Network("10.90.0.0/24"), 23, []) is None

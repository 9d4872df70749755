"""The way of a VLAN out of the inventory's links: every device and port on it, loops, and what no link leads to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_sample import sites, target

from netops.core.errors import InputError
from netops.core.model import Target
from netops.planning.paths import carriers, read_links
from netops.planning.sites import Place

GI = "GigabitEthernet1/0/"
HALL = Place(key="aula", name="Aula", site="kampus", setting="indoor", ports={"sw-aula": (f"{GI}5",)}, aps=("ap-aula",))
GW = target("gw-kampus", "routeros", "kampus", "gateway")
INTI = target("sw-inti", "ios", "kampus", "core", links={f"{GI}1": "gw-kampus:ether2", f"{GI}2": f"sw-aula:{GI}1"})
SW = target("sw-aula", "ios", "kampus", "access")
AP = target("ap-aula", "routeros", "kampus", "ap", links={"ether1": f"sw-aula:{GI}23"})
CAMPUS = [GW, INTI, SW, AP]


def cabled(*links: str) -> list[Target]:
    """Switches named by single letters, `g` the gateway, from texts like `a1-b2`."""
    names = sorted({end[0] for link in links for end in link.split("-")} | {"g", "a"})
    out: dict[str, dict[str, str]] = {name: {} for name in names}
    for link in links:
        one, two = link.split("-")
        out[one[0]][f"e{one[1:]}"] = f"{two[0]}:e{two[1:]}"
    return [target(name, "ios", "kampus", "core", links=out[name]) for name in names]


def way(*links: str) -> dict[str, tuple[str, ...]]:
    place = replace_ports(HALL, "a")
    return carriers(place, ["g"], cabled(*links))


def replace_ports(place: Place, switch: str) -> Place:
    return place.model_copy(update={"ports": {switch: ("e9",)}, "aps": ()})


def test_every_device_on_the_way_and_both_ends_of_each_cable() -> None:
    assert carriers(HALL, ["gw-kampus"], CAMPUS) == {
        "ap-aula": ("ether1",),
        "gw-kampus": ("ether2",),
        "sw-aula": (f"{GI}1", f"{GI}23"),
        "sw-inti": (f"{GI}1", f"{GI}2"),
    }


def test_it_is_the_same_in_any_order_and_from_either_end() -> None:
    other = [
        replace(GW, data={"links": {"ether2": f"sw-inti:{GI}1"}}),
        replace(INTI, data={}),
        replace(SW, data={"links": {f"{GI}1": f"sw-inti:{GI}2", f"{GI}23": "ap-aula:ether1"}}),
        replace(AP, data={}),
    ]
    assert carriers(HALL, ["gw-kampus"], other[::-1]) == carriers(HALL, ["gw-kampus"], CAMPUS)


def test_a_gateway_alone_carries_nothing() -> None:
    place = HALL.model_copy(update={"ports": {}, "aps": ()})
    assert carriers(place, ["gw-kampus"], CAMPUS) == {"gw-kampus": ()}


def test_loops_take_the_shortest_way_then_the_first_by_name() -> None:
    assert way("a1-b1", "b2-g1", "a2-c1", "c2-g2") == {"a": ("e1",), "b": ("e1", "e2"), "g": ("e1",)}
    assert way("a1-b1", "b2-c1", "c2-g1", "a2-d1", "d2-g2", "b3-d3") == {"a": ("e2",), "d": ("e1", "e2"), "g": ("e2",)}
    assert way("a10-g10", "a9-g9") == {"a": ("e9",), "g": ("e9",)}, "of two cables the first port, as people count"


def test_no_way_leads_through_an_access_point() -> None:
    mesh = replace(AP, data={"links": {"ether1": f"sw-aula:{GI}23", "ether2": "gw-kampus:ether9"}})
    found = carriers(HALL, ["gw-kampus"], [GW, INTI, SW, mesh])
    assert found["sw-aula"] == (f"{GI}1",) and found["ap-aula"] == ("ether2",)


def test_a_place_without_a_path() -> None:
    with pytest.raises(InputError) as caught:
        carriers(HALL, ["gw-kampus"], [GW, replace(INTI, data={}), SW, AP])
    told = caught.value.describe("en")
    assert told.startswith("inventory/hosts.yaml: ap-aula.data.links: the place 'aula' has no path: no links lead from")
    assert 'Add to ap-aula in inventory/hosts.yaml: data: {links: {<port of ap-aula>: "gw-kampus:<port>"}}' in told
    assert "tempat 'aula' tidak punya jalur" in caught.value.describe("id") and caught.value.exit_code == 2


def test_trunks_written_by_hand_stand_in_for_links() -> None:
    place = HALL.model_copy(update={"aps": ()})
    devices = [replace(GW, data={"trunks": ["ether2"]}), replace(SW, data={"trunks": [f"{GI}1"]})]
    assert carriers(place, ["gw-kampus"], devices) == {"gw-kampus": ("ether2",), "sw-aula": (f"{GI}1",)}
    with pytest.raises(InputError, match="no links lead from sw-aula to gw-kampus"):
        carriers(place, ["gw-kampus"], [devices[0], SW])


@pytest.mark.parametrize(
    ("links", "reason"),
    [
        ({"e1": "nowhere"}, "'nowhere' is not device:port"),
        ({"e1": 7}, "7 is not device:port"),
        ({"e1": "sw-lain:e1"}, "the inventory has no device 'sw-lain'"),
        (["e1"], "must be"),
    ],
)
def test_a_link_that_is_none(links: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        read_links([GW, replace(SW, data={"links": links})])
    assert caught.value.field is not None and caught.value.field.startswith("sw-aula.data.links")


def test_a_port_with_two_cables() -> None:
    both = [
        GW,
        replace(SW, data={"links": {"e1": "gw-kampus:ether2"}}),
        replace(INTI, data={"links": {"e1": "gw-kampus:ether2"}}),
    ]
    with pytest.raises(InputError, match="is cabled to sw-aula:e1 and to sw-inti:e1") as caught:
        read_links(both)
    assert caught.value.field == "gw-kampus.data.links.ether2"


@given(st.sets(st.tuples(st.sampled_from("abcdg"), st.sampled_from("abcdg")), max_size=8), st.randoms())
@settings(max_examples=60)
def test_any_cabling_gives_one_way_whatever_the_order(pairs: set[tuple[str, str]], random: object) -> None:
    links = [f"{one}{n}-{two}{n + 50}" for n, (one, two) in enumerate(sorted(pairs)) if one != two]
    devices = cabled(*links)
    place = replace_ports(HALL, "a")
    try:
        found = carriers(place, ["g"], devices)
    except InputError:
        found = {}
    shuffled = list(devices)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' Random
    try:
        again = carriers(place, ["g"], shuffled)
    except InputError:
        again = {}
    assert found == again
    both = read_links(devices)
    carried = {(name, port) for name, ports in found.items() for port in ports}
    assert all((both[name][port].device, both[name][port].port) in carried for name, port in carried)


def test_the_shipped_places_name_their_access_points() -> None:
    assert sites().place("aula").aps == ("ap-aula",) and sites().place("gedung-lama").aps == ("ap-lama",)

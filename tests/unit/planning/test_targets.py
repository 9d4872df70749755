"""Which devices are meant, in which order, and what is said when the inventory has none."""

import pytest
from msgspec.structs import replace
from planning_sample import AP, CAMPUS, GI, GW, INTI, LAMA, SW, playbook, sites, target

from netops.core.errors import InputError, NoTarget
from netops.core.model import Target
from netops.planning.targets import Where, choose


def at(place: str) -> Where:
    found = sites().place(place)
    return Where(site=found.site, place=found)


def test_gateway_of_the_site_and_every_device_on_the_way_to_it() -> None:
    chosen = choose(playbook(), at("aula"), CAMPUS[::-1])
    assert [(one.target.name, one.part.role, one.part.order, len(one.ports)) for one in chosen] == [
        ("gw-kampus", "gateway", 1, 0),
        ("sw-inti", "core", 2, 0),
        ("sw-aula", "access", 3, 4),
        ("ap-aula", "ap", 4, 0),
    ]
    assert {one.target.name: one.trunks for one in chosen} == {
        "gw-kampus": ("ether2",),
        "sw-inti": (f"{GI}1", f"{GI}2"),
        "sw-aula": (f"{GI}1", f"{GI}23"),
        "ap-aula": ("ether1",),
    }
    assert chosen[0].rules == ("AP kampus 2 GHz", "AP kampus 5 GHz"), "the only gateway manages the access points"


def test_access_points_say_which_of_several_gateways_manages_them() -> None:
    second = target("gw-cadangan", "routeros", "kampus", "gateway", links={"ether2": f"sw-inti:{GI}3"})
    rules = {one.target.name: one.rules for one in choose(playbook(), at("aula"), [*CAMPUS, second])}
    assert not rules["gw-kampus"] and not rules["gw-cadangan"]
    told = replace(AP, data={**AP.data, "manager": "gw-cadangan"})
    there = [told if one is AP else one for one in CAMPUS]
    rules = {one.target.name: one.rules for one in choose(playbook(), at("aula"), [*there, second])}
    assert len(rules["gw-cadangan"]) == 2 and not rules["gw-kampus"]


def test_other_switches_of_the_site_are_left_alone() -> None:
    other = target("sw-lain", "ios", "kampus", "access", links={f"{GI}1": f"sw-inti:{GI}4"})
    chosen = choose(playbook(), at("lapangan"), [other, *CAMPUS])
    assert [one.target.name for one in chosen] == ["gw-kampus", "sw-inti", "sw-aula"]
    assert chosen[2].ports == (f"{GI}9", f"{GI}10") and chosen[2].trunks == (f"{GI}1",)


def test_a_place_with_access_points_only() -> None:
    chosen = choose(playbook(), at("gedung-lama"), CAMPUS)
    assert [(one.target.name, one.trunks) for one in chosen] == [("gw-lama", ("ether3",)), ("ap-lama", ("ether1",))]


def test_a_way_over_a_device_that_no_part_configures() -> None:
    strange = replace(INTI, roles=("distribution",))
    with pytest.raises(NoTarget, match="leads over sw-inti, but the service event-hotspot has no part for its role"):
        choose(playbook(), at("aula"), [GW, strange, SW, AP])


def test_a_place_without_a_path_is_told_with_the_line_to_add() -> None:
    with pytest.raises(InputError, match="'aula' has no path: no links lead from ap-aula to gw-kampus"):
        choose(playbook(), at("aula"), [GW, SW, AP])


def test_no_matching_device_names_site_role_and_what_to_add() -> None:
    with pytest.raises(NoTarget) as caught:
        choose(playbook(), at("aula"), [LAMA, SW])
    assert caught.value.exit_code == 4
    assert caught.value.describe("en").splitlines() == [
        "the inventory has no device of role 'gateway' at site 'kampus'",
        "Add a device to inventory/hosts.yaml with data: {site: kampus, roles: [gateway]}.",
    ]
    assert "inventaris tidak memiliki perangkat berperan 'gateway' di lokasi 'kampus'" in caught.value.describe("id")


@pytest.mark.parametrize(
    "there", [[], [target("sw-aula", "ios", "kampus-lama", "access")], [target("sw-aula", "ios", "kampus", "printer")]]
)
def test_a_switch_of_the_place_that_is_not_there(there: list[Target]) -> None:
    with pytest.raises(NoTarget) as caught:
        choose(playbook(), at("aula"), [GW, *there])
    told = caught.value.describe("en")
    assert (
        "the place 'aula' names the switch 'sw-aula', but the inventory has no device 'sw-aula' of role core / access / ap"
        in told
    )
    assert "Add sw-aula to inventory/hosts.yaml with data: {site: kampus, roles: [access]}" in told


def test_an_empty_inventory() -> None:
    with pytest.raises(NoTarget):
        choose(playbook(), at("gedung-lama"), [])


def test_a_device_in_two_roles_is_told_with_both() -> None:
    both = replace(SW, roles=("access", "gateway"))
    with pytest.raises(InputError) as caught:
        choose(playbook(), at("aula"), [GW, both])
    assert caught.value.describe("en").startswith(
        "sw-aula: the device sw-aula plays two roles of the service event-hotspot: gateway and access\nGive sw-aula one"
    )
    assert "memegang dua peran" in caught.value.describe("id") and "inventory/hosts.yaml" in caught.value.describe("id")
    assert caught.value.exit_code == 2
